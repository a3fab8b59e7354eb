import { FOLDED_LETTERS } from './folded_letters.ts';

/** Increases whenever a text folds, or is split into words, differently: the index must be rebuilt then. */
export const FOLD_VERSION = 2;

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

/** Marks, and letters that Unicode joins with the one before. */
const ATTACHED = /^[\p{M}\uff9e\uff9f\u1160-\u11ff]/u;
/** Letters that make up Korean syllables. */
const JAMO = /^[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\ud7b0-\ud7fb\uffa0-\uffdc]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const ASCII = /^[\x00-\x7f]*$/;
/** The first character that is attached to the one before. */
const FIRST_MARK = 0x300;

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
  const folded = foldChunks(text, () => {});
  return folded.replaceAll(NO_BREAK_SPACE, ' ').replaceAll(ZERO_WIDTH_NON_JOINER, '');
}

/**
 * The same for splitting into words: the half space of Persian stays as U+200C, and a space within
 * a number as U+00A0.
 */
export function foldWithMap(text: string): FoldedText {
  if (ASCII.test(text)) return { text: text.toLowerCase(), isAscii: true, ...IDENTICAL };
  const starts: number[] = [];
  const ends: number[] = [];
  const folded = foldChunks(text, (from, to, length) => {
    for (let unit = 0; unit < length; unit++) {
      starts.push(from);
      ends.push(to);
    }
  });
  const from = (index: number) => starts[index] ?? text.length;
  const to = (index: number) => ends[index] ?? text.length;
  return { text: folded, isAscii: false, from, to };
}

const IDENTICAL = { from: (index: number) => index, to: (index: number) => index + 1 };

/**
 * Folds what is normalised together: a character with its marks, or the letters of Korean syllables.
 * @param onChunk is told where each came from, and how long it has become.
 */
function foldChunks(
  text: string,
  onChunk: (from: number, to: number, length: number) => void,
): string {
  let folded = '';
  for (let from = 0; from < text.length; ) {
    const to = chunkEnd(text, from);
    const part = foldChunk(text, from, to, folded);
    folded += part;
    onChunk(from, to, part.length);
    from = to;
  }
  return folded;
}

function chunkEnd(text: string, from: number): number {
  let end = from + 1;
  if (isSurrogatePair(text, from)) end++;
  else if (text.charCodeAt(from) >= FIRST_MARK && is(JAMO, text, from))
    while (end < text.length && is(JAMO, text, end)) end++;
  while (end < text.length && text.charCodeAt(end) >= FIRST_MARK && is(ATTACHED, text, end))
    end += isSurrogatePair(text, end) ? 2 : 1;
  return end;
}

function isSurrogatePair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

const tested = new Map<RegExp, Map<number, boolean>>([
  [ATTACHED, new Map()],
  [JAMO, new Map()],
]);

/** Tests a character, each once. */
function is(expression: RegExp, text: string, at: number): boolean {
  const known = tested.get(expression);
  const code = text.codePointAt(at) ?? 0;
  let answer = known?.get(code);
  if (answer === undefined) {
    answer = expression.test(String.fromCodePoint(code));
    known?.set(code, answer);
  }
  return answer;
}

/** Of single UTF-16 units, by their code. */
const foldedUnits: (string | undefined)[] = Array.from({ length: 0x80 }, (_, code) =>
  String.fromCharCode(code).toLowerCase(),
);

/** @param before the text folded so far. */
function foldChunk(text: string, from: number, to: number, before: string): string {
  if (to - from > 1) return foldCharacters(text.slice(from, to));
  const code = text.charCodeAt(from);
  const known = foldedUnits[code];
  if (known !== undefined) return known;
  const unit = text.charAt(from);
  if (unit === ZERO_WIDTH_SPACE) return WITHOUT_SPACES.test(before.slice(-1)) ? ' ' : '';
  if (unit === ZERO_WIDTH_NON_JOINER) return ARABIC.test(before.slice(-1)) ? unit : '';
  const folded = NO_BREAK_SPACES.has(unit) ? NO_BREAK_SPACE : foldCharacters(unit);
  foldedUnits[code] = folded;
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
