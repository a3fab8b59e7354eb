import { FOLDED_LETTERS } from './folded_letters.ts';

/** Increases whenever a text folds, or is split into words, differently: the index must be rebuilt then. */
export const FOLD_VERSION = 1;

/** A folded text, and for each of its UTF-16 units the part of the original that it comes from. */
export interface FoldedText {
  text: string;
  isAscii: boolean;
  /** Offset in UTF-16 units of the original. */
  from: (index: number) => number;
  /** Exclusive. */
  to: (index: number) => number;
}

/**
 * Accents of Latin, Greek and Cyrillic, points of Hebrew, Arabic and Syriac, nuktas of Indic scripts,
 * and the frames of keycaps. Not all of \p{M}: Japanese が without its mark would be か, another letter.
 */
const IGNORED_MARKS =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: single marks are meant.
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u08d3-\u08e1\u08e3-\u08ff\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]/g;
/** Such as soft hyphens, variation selectors, zero-width joiners and marks of direction. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** What is normalised together: a character with its marks, or letters that make up Korean syllables. */
const CHUNK =
  /[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\ud7b0-\ud7fb\uffa0-\uffdc]+|[\s\S][\p{M}\uff9e\uff9f\u1160-\u11ff]*/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const ASCII = /^[\x00-\x7f]*$/;

const ZERO_WIDTH_SPACE = '\u200b';
const ZERO_WIDTH_NON_JOINER = '\u200c';
const NO_BREAK_SPACE = '\u00a0';
/** Spaces that may stand within a number, as in 1 000. */
const NO_BREAK_SPACES = new Set([NO_BREAK_SPACE, '\u2007', '\u2009', '\u202f']);
const ARABIC = /\p{scx=Arab}/u;
/** Scripts written without spaces, in which a zero-width space separates words. */
const WITHOUT_SPACES = /[\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;

/**
 * Normalises a text for comparison, without case, accents and width: `Straße` equals `STRASSE`, `Łódź`
 * equals `lodz` and `ＡＢＣ` equals `abc`.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let folded = '';
  for (const [chunk] of text.matchAll(CHUNK)) folded += foldChunk(chunk, folded);
  return folded.replaceAll(NO_BREAK_SPACE, ' ').replaceAll(ZERO_WIDTH_NON_JOINER, '');
}

/**
 * The same for splitting into words: the half space of Persian stays as U+200C, and a space within
 * a number as U+00A0.
 */
export function foldWithMap(text: string): FoldedText {
  if (ASCII.test(text))
    return {
      text: text.toLowerCase(),
      isAscii: true,
      from: (index) => index,
      to: (index) => index + 1,
    };
  let folded = '';
  const from: number[] = [];
  const to: number[] = [];
  for (const { 0: chunk, index } of text.matchAll(CHUNK)) {
    const part = foldChunk(chunk, folded);
    folded += part;
    for (let unit = 0; unit < part.length; unit++) {
      from.push(index);
      to.push(index + chunk.length);
    }
  }
  return {
    text: folded,
    isAscii: false,
    from: (index) => from[index] ?? text.length,
    to: (index) => to[index] ?? text.length,
  };
}

/** @param before the text folded so far. */
function foldChunk(chunk: string, before: string): string {
  if (chunk.length > 1) return chunk.length > 2 ? foldCharacters(chunk) : cached(chunk);
  if (chunk === ZERO_WIDTH_SPACE) return WITHOUT_SPACES.test(before.slice(-1)) ? ' ' : '';
  if (chunk === ZERO_WIDTH_NON_JOINER) return ARABIC.test(before.slice(-1)) ? chunk : '';
  if (NO_BREAK_SPACES.has(chunk)) return NO_BREAK_SPACE;
  return cached(chunk);
}

const MAX_CACHED = 50_000;
const cache = new Map<string, string>();

function cached(chunk: string): string {
  let folded = cache.get(chunk);
  if (folded === undefined) {
    folded = foldCharacters(chunk);
    if (cache.size < MAX_CACHED) cache.set(chunk, folded);
  }
  return folded;
}

function foldCharacters(chunk: string): string {
  // A trademark sign would become the letters TM, at the end of the word before it.
  if (chunk === '™' || chunk === '℠') return ' ';
  const bare = chunk.normalize('NFKD').replace(IGNORED_MARKS, '').normalize('NFC');
  // Upper case first, which turns ŉ into ʼn.
  const lower = bare.toUpperCase().toLowerCase().replace(INVISIBLE, '');
  let folded = '';
  for (const letter of lower) folded += FOLDED_LETTERS[letter] ?? digitOf(letter) ?? letter;
  return folded;
}

/** 5 for ٥, ۵ and ५: the ten digits of a script follow each other. */
function digitOf(letter: string): string | undefined {
  const code = letter.codePointAt(0) ?? 0;
  if (code < 0x80 || !/\p{Nd}/u.test(letter)) return undefined;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}
