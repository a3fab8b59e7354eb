/// <reference path="./stopword.d.ts" />
import type { FindQuery, WordMatch } from './query.ts';

interface StopWords {
  /** BCP 47 tag. */
  language: string;
  words: ReadonlySet<string>;
}

/** What a library knows of a word or a language. */
interface Frequencies {
  /** Whether any post is in this language, a BCP 47 tag. */
  hasLanguage(language: string): Promise<boolean>;
  /** Whether many posts have this word as it is typed; true as well where there are too few to tell. */
  isFrequent(word: string): boolean;
}

const LANGUAGE = /^[a-z]{3}/;

let lists: readonly StopWords[] | undefined;

/** English first. All languages take 20 ms to load, and most finds are of one word. */
async function loadLists(): Promise<readonly StopWords[]> {
  lists ??= Object.entries(await import('stopword'))
    .flatMap(([name, list]) =>
      // The package also has functions, and a list of digits.
      Array.isArray(list) && LANGUAGE.test(name)
        ? [{ language: tagOf(name), words: new Set(list) }]
        : [],
    )
    .sort((a, b) => Number(isEnglish(b)) - Number(isEnglish(a)));
  return lists;
}

const isEnglish = ({ language }: StopWords) => language === 'en';

/** `en` for `eng`, `pt` for `porBr`. */
function tagOf(name: string): string {
  const code = name.slice(0, 3);
  return Intl.getCanonicalLocales(code)[0] ?? code;
}

/**
 * The query without the words, such as "the" and "how", that say little about what is meant and that many
 * posts have: posts need not have them. `ignored` has them. A query, or a group in brackets, of such words
 * alone keeps them; so do phrases, prefixes, alternatives and what is excluded.
 */
export async function ignoringStopWords(
  query: FindQuery,
  frequencies: Frequencies,
): Promise<FindQuery> {
  const words = query.words ? singleWords(query.words) : [];
  if (!query.words || query.stopWords || words.length < 2) return query;
  const stopWords = await stopWordsIn(words, await loadLists(), frequencies);
  if (stopWords.length === 0) return query;
  const ignored: string[] = [];
  const rest = without(query.words, new Set(stopWords.filter(frequencies.isFrequent)), ignored);
  return {
    ...query,
    stopWords,
    ...(ignored.length > 0 && { words: rest, ignored: [...new Set(ignored)] }),
  };
}

/**
 * The language that has most of a text's words as common ones, as a BCP 47 tag; English where no other has
 * more. A text of one word is taken for English.
 */
export async function likelyLanguage(text: string): Promise<string> {
  const words = text.match(WORD) ?? [];
  if (words.length < 2) return 'en';
  return (await listWithMost(words, await loadLists())).language;
}

const WORD = /\p{L}[\p{L}\p{M}'’-]*/gu;

/** Those of the language that has the most of them: English, or one that posts have and that has more. */
async function stopWordsIn(
  words: string[],
  known: readonly StopWords[],
  { hasLanguage }: Frequencies,
): Promise<string[]> {
  const isKnown = async (list: StopWords) => isEnglish(list) || (await hasLanguage(list.language));
  const { words: stopWords } = await listWithMost(words, known, isKnown);
  return [...new Set(commonAmong(words, stopWords))];
}

/** The list that has the most of these words; the first of several. */
async function listWithMost(
  words: string[],
  known: readonly StopWords[],
  isEligible: (list: StopWords) => boolean | Promise<boolean> = () => true,
): Promise<StopWords> {
  let most = { language: 'en', words: new Set() as StopWords['words'] };
  let count = 0;
  for (const list of known) {
    const found = commonAmong(words, list.words).length;
    if (found > count && (await isEligible(list))) {
      most = list;
      count = found;
    }
  }
  return most;
}

const commonAmong = (words: string[], list: StopWords['words']) =>
  words.filter((word) => list.has(word.toLowerCase()));

/** Words that are neither quoted nor excluded, in any of their forms. */
function singleWords(match: WordMatch): string[] {
  if ('not' in match || 'phrase' in match) return [];
  if ('word' in match) return match.isPrefix || match.isExact ? [] : [match.word];
  return ('all' in match ? match.all : match.any).flatMap(singleWords);
}

function without(match: WordMatch, common: ReadonlySet<string>, ignored: string[]): WordMatch {
  if ('any' in match) return { any: match.any.map((one) => without(one, common, ignored)) };
  if (!('all' in match)) return match;
  const isCommon = (one: WordMatch) =>
    'word' in one && singleWords(one).some((word) => common.has(word));
  const rest = match.all.filter((one) => !isCommon(one));
  if (rest.every((one) => 'not' in one)) return match;
  ignored.push(...match.all.filter(isCommon).flatMap(singleWords));
  const kept = rest.map((one) => without(one, common, ignored));
  return kept.length === 1 ? (kept[0] as WordMatch) : { all: kept };
}
