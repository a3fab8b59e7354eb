import { type FoldedText, foldWithMap } from './fold.ts';

/** A word as the index has it. */
export interface Token {
  /** Folded. */
  text: string;
  /** Offsets in UTF-16 units of the original; `to` is exclusive. */
  from: number;
  to: number;
}

/**
 * Emoji, and scripts without spaces between words or with attached particles: each such character is
 * a word, and several of them a phrase. SQLite's `unicode61` takes a Japanese sentence for one word, and
 * its `trigram` cannot find words of two characters, which most Japanese words are.
 */
const SINGLE = String.raw`\p{So}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}`;
/** What SQLite takes for a part of a word, in tables with the categories L* M* N* Co So. */
const INDEXED = String.raw`[\p{L}\p{M}\p{N}\p{Co}\p{So}]--[\u166d\u{100000}-\u{10ffff}]`;
const LETTER = `[[${INDEXED}]--[${SINGLE}]]`;
/** 1,000 and 1.000 and 1’000: one separator, and three digits after each. */
const GROUPED = String.raw`(?<!\d[.,]?)\d{1,3}([,.'’٬\u00a0])\d{3}(?:\1\d{3})*(?!\d)`;
/** Signs that belong to the word before them, as in C++ and C#. */
const SIGN = String.raw`(?<=[\p{L}\p{N}]\+{0,2})\+|(?<=[\p{L}\p{N}])#(?![\p{L}\p{N}])`;

const TOKEN = new RegExp(
  `${GROUPED}${LETTER}*|${LETTER}+|[[${INDEXED}]&&[${SINGLE}]]|${SIGN}`,
  'gv',
);
const SEPARATORS = /[,.'’٬\u00a0]/g;

/** For SQLite a sign is a letter of the private use area: it takes them for parts of words. */
const SIGNS: Partial<Record<string, string>> = { '+': '\ue02b', '#': '\ue023' };

/** The words of a text, in order. */
export function tokensOf(text: string): Token[] {
  return tokensIn(foldWithMap(text));
}

function tokensIn(folded: FoldedText): Token[] {
  const tokens: Token[] = [];
  for (const { 0: found, index } of folded.text.matchAll(TOKEN)) {
    const from = folded.from(index);
    const to = folded.to(index + found.length - 1);
    tokens.push({ text: SIGNS[found] ?? found.replace(SEPARATORS, ''), from, to });
  }
  return tokens;
}

/** A text for the index of words: its words, with a space between them. */
export function toIndexedWords(text: string): string {
  return tokensOf(text)
    .map((token) => token.text)
    .join(' ');
}
