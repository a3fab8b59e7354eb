import { once } from '../platform/once.ts';
import { isolated, quoted } from '../text/isolated.ts';
import { listed } from '../text/listed.ts';
import type { FindFilters, FindQuery, WordMatch } from './query.ts';
import { findableTokens } from './tokens.ts';

const KINDS: Record<FindFilters['kinds'][number], string> = {
  post: 'original posts',
  reply: 'replies',
  repost: 'reposts',
  thread: 'parts of threads',
};
const PARTS: Record<FindFilters['has'][number], string> = {
  link: 'with a link',
  media: 'with a picture or video',
};
const DAY_MS = 86_400_000;

// Each takes a millisecond to make, which the start of the program need not wait for.
const languages = once(() => new Intl.DisplayNames('en', { type: 'language', fallback: 'code' }));
const days = once(() => new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }));
const times = once(
  () =>
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }),
);

const WITHOUT_PARTS: Record<FindFilters['has'][number], string> = {
  link: 'without a link',
  media: 'without a picture or video',
};

/** What posts were compared with the query by. */
export type ComparedBy = 'words' | 'meaning' | 'both';

/**
 * How a query was understood, in words and without a full stop: "Posts with “soup”, by @ada".
 * @param like the text of a post that others should be like; words are conditions then.
 */
export function describeFind(query: FindQuery, by: ComparedBy = 'words', like?: string): string {
  const { words, filters } = query;
  if (words && 'any' in words && words.any.length === 0)
    return 'Nothing, because there is no letter, digit or emoji to find';
  const conditions = [
    ...(like === undefined ? [] : [`like ${quoted(like)}`]),
    ...wordConditions(query, by),
    ...filterConditions(filters),
    ...(query.ignored && by === 'words' ? [ignoredText(query.ignored)] : []),
  ];
  const kinds = kindsText(filters.kinds);
  if (conditions.length === 0) return kinds === 'posts' ? 'All posts' : capitalised(kinds);
  return `${capitalised(kinds)} ${conditions.join(', ')}`;
}

function filterConditions(filters: FindFilters): string[] {
  const { authors, notAuthors, since, until, languages, minLikes, maxLikes, sources } = filters;
  const { notLanguages = [], notSources = [], notKinds = [], hasNot = [] } = filters;
  return [
    ...eitherOf('by', authors.map(handle)),
    ...eitherOf('not by', notAuthors.map(handle)),
    ...(since === undefined ? [] : [`since ${sinceText(since)}`]),
    ...(until === undefined ? [] : [untilText(until)]),
    ...eitherOf('in', languages.map(languageName)),
    ...eitherOf('not in', notLanguages.map(languageName)),
    ...eitherOf(
      'but not',
      notKinds.map((kind) => KINDS[kind]),
    ),
    ...filters.has.map((part) => PARTS[part]),
    ...hasNot.map((part) => WITHOUT_PARTS[part]),
    ...(minLikes === undefined ? [] : [likesText('at least', minLikes)]),
    ...(maxLikes === undefined ? [] : [likesText('fewer than', maxLikes)]),
    ...eitherOf('from the source', sources),
    ...eitherOf('not from the source', notSources),
  ];
}

const eitherOf = (before: string, texts: string[]) =>
  texts.length === 0 ? [] : [`${before} ${either(texts)}`];

function wordConditions({ words, topic }: FindQuery, by: ComparedBy): string[] {
  if (!words) return [];
  const parts = 'all' in words ? words.all : [words];
  const all = parts.filter((part) => !('not' in part));
  const phrases = all.filter((part) => 'phrase' in part);
  const excluded = parts.flatMap((part) => ('not' in part ? [part.not] : []));
  // Phrases hold for meaning, too; other words need not occur.
  const required = by === 'words' ? all : phrases;
  const others = all.filter((part) => !('phrase' in part));
  const about = {
    words: [],
    meaning: [`near in meaning to ${quoted(topic)}${effectText(parts)}`],
    both:
      others.length > 0
        ? [`about ${others.every(isPlain) ? quoted(topic) : matchText(others)}`]
        : [],
  };
  return [
    ...about[by],
    ...(required.length > 0 ? [`with ${matchText(required)}`] : []),
    ...(excluded.length > 0 ? [`without ${either(excluded.map(nested))}`] : []),
  ];
}

const isPlain = (part: WordMatch) => 'word' in part && !part.isPrefix;

/** What of the words does not count for the model, which compares a text as a whole. */
function effectText(parts: WordMatch[]): string {
  const signs = new Set(parts.flatMap((part) => signsOf(part)));
  if (signs.size === 0) return '';
  return ` (${listed([...signs], 'and')} ${signs.size === 1 ? 'has' : 'have'} no effect by meaning)`;
}

function signsOf(match: WordMatch, depth = 0): string[] {
  if ('any' in match) return ['OR', ...match.any.flatMap((one) => signsOf(one, depth + 1))];
  if ('all' in match) return match.all.flatMap((one) => signsOf(one, depth + 1));
  if ('word' in match) return match.isPrefix ? ['*'] : [];
  // Outside of brackets these hold for meaning, too.
  if (depth === 0) return [];
  return 'not' in match ? ['the minus within it'] : ['the quotes within it'];
}

function ignoredText(ignored: string[]): string {
  const words = listed(
    ignored.map((word) => quoted(shown(word))),
    'and',
  );
  return `ignoring the common ${ignored.length === 1 ? 'word' : 'words'} ${words}`;
}

function matchText(required: WordMatch[]): string {
  const [only] = required;
  if (required.length === 1 && only && 'any' in only) return either(only.any.map(nested));
  return listed(required.map(nested), 'and');
}

function nested(match: WordMatch): string {
  if ('all' in match) return `(${listed(match.all.map(nested), 'and')})`;
  if ('any' in match) return `(${either(match.any.map(nested))})`;
  if ('not' in match) return `not ${nested(match.not)}`;
  if ('phrase' in match) return `the phrase ${quoted(shown(match.phrase))}`;
  return `${match.isPrefix ? 'words that begin with ' : ''}${quoted(shown(match.word))}`;
}

/** Without the signs around it that are not looked for. */
function shown(text: string): string {
  const tokens = findableTokens(text);
  return text.slice(tokens[0]?.from ?? 0, tokens.at(-1)?.to ?? text.length);
}

function kindsText(kinds: FindFilters['kinds']): string {
  if (kinds.length === 0) return 'posts';
  const order = Object.keys(KINDS) as FindFilters['kinds'];
  return either(order.filter((kind) => kinds.includes(kind)).map((kind) => KINDS[kind]));
}

export function sinceText(time: number): string {
  return time % DAY_MS === 0 ? days().format(time) : timeText(time);
}

/** The end is exclusive: until the end of the day before. */
export function untilText(time: number): string {
  return time % DAY_MS === 0 ? `until ${days().format(time - 1)}` : `before ${timeText(time)}`;
}

const timeText = (time: number) => `${times().format(time).replace(' at ', ', ')} UTC`;

const likesText = (bound: string, count: number) =>
  `with ${bound} ${count.toLocaleString('en')} ${count === 1 ? 'like' : 'likes'}`;

export const handle = (name: string) => (name.startsWith('did:') ? name : `@${isolated(name)}`);

export function languageName(tag: string): string {
  return languages().of(tag) ?? tag;
}

const either = (texts: string[]) => listed(texts, 'or');

const capitalised = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
