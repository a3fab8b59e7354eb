import { handle, languageName, sinceText, untilText } from '../../find/describe.ts';
import { noFilters } from '../../find/filters.ts';
import { contradictionsIn, likelyLanguage, partsOf } from '../../find/index.ts';
import { hasLowerCaseOr } from '../../find/parse.ts';
import type { FindFilters, FindQuery, WordMatch } from '../../find/query.ts';
import type { Facets, WordFinder } from '../../library/finding.ts';
import { count, counted } from '../../text/format.ts';
import { isolated, quoted } from '../../text/isolated.ts';
import { listed } from '../../text/listed.ts';
import { WHERE_TO_EMBED } from '../../text/meaning_notes.ts';
import type { OperationDeps } from '../deps.ts';
import { embeddingAdvice } from '../embedding_advice.ts';
import type { UnknownWord } from './spelling.ts';

/** What does not hold as typed, and why: operators that were read as text, or cannot be combined so. */
export function unreadNotes({ unread = [], unheld = [] }: FindQuery): string[] {
  return [
    ...unread.map(({ typed, takes }) => `${quoted(typed)} was read as text: ${takes}.`),
    ...unheld.map(({ typed, reason }) => `${quoted(typed)} ${WHY_UNHELD[reason]}.`),
  ];
}

const WHY_UNHELD = {
  alternative:
    'holds for the whole query: OR stands between words, or between values of from:, lang:, is: or source:',
  together:
    'has no effect: a minus before a bracket cannot exclude an operator together with other conditions',
};

/** Operators that had no effect, and what they take. */
export function emptyNotes({ empty = [] }: FindQuery): string[] {
  return empty.map(({ typed, takes }) => `${quoted(typed)} has no value, and no effect: ${takes}.`);
}

/** Words that no post has, and what was found instead of them. */
export function unknownNotes(unknown: UnknownWord[]): string[] {
  const missing = unknown.flatMap(({ word, beginning }) => (beginning ? [] : [quoted(word)]));
  return [
    ...(missing.length > 0 ? [`No post has ${listed(missing, 'or')}.`] : []),
    ...unknown.flatMap(({ word, beginning }) =>
      beginning
        ? [
            `No post has ${quoted(word)}: words that begin with ${quoted(beginning)} were looked for instead.`,
          ]
        : [],
    ),
  ];
}

const NO_OR = '“or” in small letters is a word. Write OR to find posts with either.';

/** An alternative that was meant, perhaps, by words in small letters. */
export function alternativeNotes({ text }: FindQuery): string[] {
  return hasLowerCaseOr(text) ? [NO_OR] : [];
}

/** Conditions that no post can meet together. */
export function contradictionNotes({ filters, words }: FindQuery): string[] {
  const { since, until, authors, sources, languages, kinds } = filters;
  const { notAuthors, notSources = [], notLanguages = [], notKinds = [], hasNot = [] } = filters;
  const pairs = [
    ...(since !== undefined && until !== undefined && since >= until
      ? [`since ${sinceText(since)} and ${untilText(until)}`]
      : []),
    ...excludedAll('from:', authors, notAuthors),
    ...excludedAll('source:', sources, notSources),
    ...excludedAll('lang:', languages, notLanguages),
    ...excludedAll('is:', kinds, notKinds),
    ...(EVERY_KIND.every((kind) => notKinds.includes(kind)) ? [NO_KIND] : []),
    ...filters.has.filter((part) => hasNot.includes(part)).map((part) => both('has:', part)),
    ...likesNotes(filters),
  ];
  return [
    ...pairs.map((pair) => `No post can be found: ${pair} contradict each other.`),
    ...contradictionsIn(words).map(wordNote),
  ];
}

function wordNote({ sought, excluded, isStrict }: ReturnType<typeof contradictionsIn>[number]) {
  const pair = `${isolated(sought)} and -${isolated(excluded)} contradict each other`;
  return isStrict
    ? `No post can be found: ${pair}.`
    : `${pair}: only posts with other forms of the word, or near to it in meaning, can be found.`;
}

const EVERY_KIND = ['post', 'reply', 'repost'] as const;
const NO_KIND = listed(
  EVERY_KIND.map((kind) => `-is:${kind}`),
  'and',
);

function excludedAll(
  key: string,
  wanted: readonly string[],
  excluded: readonly string[],
): string[] {
  const names = new Set(excluded.map((name) => name.toLowerCase()));
  if (wanted.length === 0 || !wanted.every((name) => names.has(name.toLowerCase()))) return [];
  return [both(key, wanted.join())];
}

const both = (key: string, value: string) => `${key}${value} and -${key}${value}`;

function likesNotes({ minLikes, maxLikes }: FindFilters): string[] {
  return minLikes !== undefined && maxLikes !== undefined && minLikes >= maxLikes
    ? [`min_likes:${minLikes} and -min_likes:${maxLikes}`]
    : [];
}

/**
 * Values of operators that no post has.
 * @param isFound whether posts were found: then a value without an alternative is that of some post.
 * @param haveWords whether those have the words.
 */
export async function absentNotes(
  { library: { words } }: Pick<OperationDeps, 'library'>,
  { filters, words: match }: FindQuery,
  isFound: boolean,
  haveWords: boolean,
): Promise<string[]> {
  if (words.newestKey() === 0) return [];
  const isAbsent = async (some: Partial<FindFilters>) => {
    const only = { ...noFilters(), ...some };
    return (await words.countFound({ text: '', topic: '', filters: only }, 1)).count === 0;
  };
  const uncertain = (values: string[]) => (isFound && values.length === 1 ? [] : values);
  const notes: string[] = [];
  for (const name of uncertain(filters.authors))
    if (await isAbsent({ authors: [name] })) notes.push(`No post is by ${handle(name)}.`);
  for (const tag of uncertain(filters.languages))
    if (await isAbsent({ languages: [tag] })) notes.push(`No post is in ${languageName(tag)}.`);
  for (const name of uncertain(filters.sources))
    if (await isAbsent({ sources: [name] })) notes.push(noSource(name, await facetsOf(words)));
  // All that begins so is merged for each look: 100 ms where a million posts have it.
  for (const beginning of match && !(isFound && haveWords) ? prefixesIn(match) : [])
    if (!words.hasAny({ word: beginning, isPrefix: true }))
      notes.push(`No post has a word that begins with ${quoted(beginning)}.`);
  return notes;
}

function noSource(name: string, { sources, isCapped }: Facets): string {
  const which = isCapped ? 'The posts collected last are' : 'The posts are';
  const known = listed(
    sources.map(({ value }) => value),
    'and',
  );
  return `No post is from the source ${name}. ${which} from ${known}.`;
}

const facetsOf = (words: WordFinder) => words.facets({ text: '', topic: '', filters: noFilters() });

function prefixesIn(match: WordMatch): string[] {
  return partsOf(match).flatMap((part) => ('word' in part && part.isPrefix ? [part.word] : []));
}

/** Whether the model may understand a query badly: it is not in English, as far as can be told. */
export async function isForeign({ topic, filters }: FindQuery): Promise<boolean> {
  if (/[^\P{L}a-z]/iu.test(topic) || filters.languages.some(isNotEnglish)) return true;
  return isNotEnglish(await likelyLanguage(topic));
}

const isNotEnglish = (tag: string) => !/^en\b/.test(tag);

/**
 * What limits a comparison by meaning: posts that the model has not read, and the model itself.
 * @param isLimited whether the model's limits bear on the query.
 */
export async function modelNotes(
  deps: Pick<OperationDeps, 'library' | 'embedder' | 'isEmbedding'>,
  isLimited: boolean,
): Promise<string[]> {
  const { library, embedder } = deps;
  const { missing, examined } = library.meaning.lacking(embedder.model);
  const notes = embedder.limits === '' || !isLimited ? [] : [embedder.limits];
  if (missing === 0) return notes;
  const verb = missing === 1 ? 'has' : 'have';
  const advice = await embeddingAdvice(deps, `Start an embed job ${WHERE_TO_EMBED}.`);
  return [
    ...notes,
    `${lackingPosts(library, missing, examined)} ${verb} not been embedded yet, so meaning cannot find ${missing === 1 ? 'it' : 'them'}. ${advice}`,
  ];
}

/** The posts that lack a vector: of more than were examined, those collected last tell. */
function lackingPosts(library: OperationDeps['library'], missing: number, examined: number) {
  const posts = counted(missing, 'post');
  if (examined >= library.words.newestKey()) return posts;
  return missing === examined
    ? `At least ${posts}`
    : `${posts} of the ${count(examined)} collected last`;
}
