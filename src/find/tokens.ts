import { type FoldedText, fold, foldWithMap } from './fold.ts';

/** A word as the index has it. */
export interface Token {
  /** Folded. */
  text: string;
  /** Offsets in UTF-16 units of the original; `to` is exclusive. */
  from: number;
  to: number;
  /** Another way to write it: mueller for Müller. */
  spelling?: string;
  /** Only a sign such as a hyphen or an apostrophe stands between this and the next one. */
  isJoined?: true;
}

/**
 * Emoji, and scripts without spaces between words or with attached particles: each such character is
 * a word, and several of them a phrase. SQLite's `unicode61` takes a Japanese sentence for one word, and
 * its `trigram` cannot find words of two characters, which most Japanese words are.
 */
const SINGLE = String.raw`\p{So}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}`;
/** What SQLite takes for a part of a word, in tables with the categories L* M* N* Co So. */
const INDEXED = String.raw`[\p{L}\p{M}\p{N}\p{So}]--[\u166d]`;
const LETTER = `[[${INDEXED}]--[${SINGLE}]]`;
/** 1,000 and 1.000 and 1’000: one separator, and three digits after each. */
const GROUPED = String.raw`(?<!\d[.,]?)\d{1,3}([,.'’٬\u00a0])\d{3}(?:\1\d{3})*(?!\d)`;
/** Signs that belong to the word before them, as in C++ and C#. */
const SIGN = String.raw`(?<=[\p{L}\p{N}]\+{0,2})\+|(?<=[\p{L}\p{N}])#(?![\p{L}\p{N}])`;

/**
 * Stands between two texts of one column, so that no phrase goes from one to the other. All characters of
 * private use in texts become this one: the index has others for its own purposes.
 */
export const BREAK = '\ue002';
const PRIVATE = String.raw`\p{Co}`;

const TOKEN = new RegExp(
  `${GROUPED}${LETTER}*|${LETTER}+|[[${INDEXED}]&&[${SINGLE}]]|${SIGN}|${PRIVATE}`,
  'gv',
);
const isPrivate = /^\p{Co}/u;
const SEPARATORS = /[,.'’٬\u00a0]/g;

const WRITTEN = new RegExp(`^${LETTER}+$`, 'v');
const JOINING = new Set(["'", '’', 'ʼ', '-', '\u2010', '\u2011', '.', '_', '&', '\u200c']);
const SPELLINGS: Partial<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };
const OTHER_SPELLING = /[äöüøåÄÖÜØÅ]|\u0308|\u030a/;

/** For SQLite a sign is a letter of the private use area: it takes them for parts of words. */
const SIGNS: Partial<Record<string, string>> = { '+': '\ue02b', '#': '\ue023' };

/** The words of a text, in order. */
export function tokensOf(text: string): Token[] {
  return tokensIn(text, foldWithMap(text));
}

/** The same without what cannot be looked for. */
export function findableTokens(text: string): Token[] {
  return tokensOf(text).filter((token) => token.text !== BREAK);
}

function tokensIn(text: string, folded: FoldedText): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const { 0: found, index } of folded.text.matchAll(TOKEN)) {
    const from = folded.from(index);
    const to = folded.to(index + found.length - 1);
    const token: Token = { text: indexedForm(found), from, to };
    const before = tokens.at(-1);
    if (before && index === end + 1 && JOINING.has(folded.text[end] ?? '') && isWritten(found))
      before.isJoined = true;
    const spelling = folded.isAscii ? undefined : spellingOf(text.slice(from, to), token.text);
    if (spelling) token.spelling = spelling;
    tokens.push(token);
    end = isWritten(found) ? index + found.length : -1;
  }
  return tokens;
}

/** Letters or digits of a script with words; not a sign or a single character. */
function isWritten(found: string): boolean {
  return WRITTEN.test(found);
}

/** With ae, oe, ue and aa, as German, Danish, Swedish and Norwegian are written without their own letters. */
function spellingOf(written: string, folded: string): string | undefined {
  if (!OTHER_SPELLING.test(written)) return undefined;
  const spelled = written.normalize('NFC').toLowerCase();
  const spelling = fold(spelled.replace(/[äöüøå]/g, (letter) => SPELLINGS[letter] ?? letter));
  return spelling === folded || !WRITTEN.test(spelling) ? undefined : spelling;
}

function indexedForm(found: string): string {
  if (isPrivate.test(found)) return BREAK;
  return SIGNS[found] ?? found.replace(SEPARATORS, '');
}

/** A text for the index of words: its words, with a space between them. */
export function toIndexedWords(text: string): string {
  return tokensOf(text)
    .map((token) => token.text)
    .join(' ');
}
