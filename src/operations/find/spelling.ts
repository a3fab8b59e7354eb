import { setImmediate as nextTurn } from 'node:timers/promises';
import { fold, partsOf } from '../../find/index.ts';
import type { FindQuery, WordMatch } from '../../find/query.ts';
import type { WordFinder } from '../../library/finding.ts';

/** A word that no post has in any form. */
export interface UnknownWord {
  word: string;
  /** How words begin that were looked for instead: its longest beginning that some post has. */
  beginning?: string;
}

/** How much of a word that no post has is looked for, as the beginning of others: of its letters. */
const LEAST_BEGINNING = { share: 0.6, letters: 5 };

/** Only so many unknown words get a suggestion, and none that is shorter or longer. */
const MAX_SUGGESTED = 3;
const LETTERS = { least: 3, most: 20 };
/** Spellings that are looked up in one turn of the event loop: 3 ms. */
const AT_ONCE = 100;

const ALPHABETS = ['abcdefghijklmnopqrstuvwxyz', letters(0x430, 0x44f), letters(0x3b1, 0x3c9)];

/**
 * The words of a query that no post has. Text that is written without spaces is none.
 * @param withBeginnings whether their beginnings are looked for instead.
 */
export function unknownWords(
  finder: WordFinder,
  words: WordMatch,
  withBeginnings: boolean,
): UnknownWord[] {
  const unknown: UnknownWord[] = [];
  for (const word of new Set(partsOf({ all: singleParts(words) }).flatMap(wordOf))) {
    if (finder.hasAny({ word })) continue;
    const beginning = withBeginnings ? beginningOf(finder, word) : undefined;
    unknown.push({ word, ...(beginning !== undefined && { beginning }) });
  }
  return unknown;
}

function singleParts(words: WordMatch): WordMatch[] {
  if ('not' in words) return [];
  if ('all' in words || 'any' in words)
    return ('all' in words ? words.all : words.any).flatMap(singleParts);
  return [words];
}

const wordOf = (part: WordMatch) =>
  'word' in part && !part.isPrefix && !part.isExact ? [part.word] : [];

/** Other forms of a word differ at its end. */
function beginningOf(finder: WordFinder, word: string): string | undefined {
  const characters = [...word];
  const { share, letters: few } = LEAST_BEGINNING;
  const least = Math.max(few, Math.ceil(characters.length * share));
  for (let length = characters.length - 1; length >= least; length--) {
    const beginning = characters.slice(0, length).join('');
    if (finder.hasAny({ word: beginning, isPrefix: true })) return beginning;
  }
  return undefined;
}

/**
 * What was typed, with each unknown word replaced by the most frequent word of the library that differs in one
 * letter (one more, one less, another one, or two swapped), after P. Norvig, "How to Write a Spelling
 * Corrector", 2007. The time does not depend on the number of posts: some 500 spellings are looked up.
 * @returns `undefined` when there is none.
 */
export async function didYouMean(
  finder: WordFinder,
  { text }: FindQuery,
  unknown: UnknownWord[],
): Promise<string | undefined> {
  let suggested = text;
  for (const { word } of unknown.slice(0, MAX_SUGGESTED)) {
    const similar = await similarWord(finder, word);
    if (similar !== undefined) suggested = suggested.replaceAll(word, similar);
  }
  return suggested === text ? undefined : suggested;
}

async function similarWord(finder: WordFinder, word: string): Promise<string | undefined> {
  const spellings = spellingsNear(fold(word));
  const existing: string[] = [];
  for (let start = 0; start < spellings.length; start += AT_ONCE) {
    existing.push(...finder.existing(spellings.slice(start, start + AT_ONCE)));
    await nextTurn();
  }
  let best: { word: string; count: number } | undefined;
  for (const one of existing) {
    const { count } = finder.matchesOf({ word: one, isExact: true }, 1);
    if (!best || count > best.count) best = { word: one, count };
  }
  return best?.word;
}

/** All that differ from a word in one letter of its alphabet. */
function spellingsNear(word: string): string[] {
  const alphabet = ALPHABETS.find((each) => [...word].every((letter) => each.includes(letter)));
  if (!alphabet || word.length < LETTERS.least || word.length > LETTERS.most) return [];
  const near = new Set<string>();
  for (let at = 0; at <= word.length; at++) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    if (after !== '') near.add(before + after.slice(1));
    if (after.length > 1) near.add(before + after.charAt(1) + after.charAt(0) + after.slice(2));
    for (const letter of alphabet) {
      near.add(before + letter + after);
      if (after !== '') near.add(before + letter + after.slice(1));
    }
  }
  near.delete(word);
  return [...near];
}

function letters(first: number, last: number): string {
  return String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, at) => first + at));
}
