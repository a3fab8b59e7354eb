/** What a character is to the index of words. */
export const Kind = {
  Separator: 1,
  /** A letter, mark or digit of a script with words. */
  Written: 2,
  /**
   * Emoji, and scripts without spaces between words or with attached particles: each such character is
   * a word, and several of them a phrase. SQLite's `unicode61` takes a Japanese sentence for one word, and
   * its `trigram` cannot find words of two characters, which most Japanese words are.
   */
  Single: 3,
  /** For private use. */
  Private: 4,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** What SQLite takes for a part of a word, in tables with the categories L* M* N* Co So: not U+166D. */
const INDEXED = /^[[\p{L}\p{M}\p{N}\p{So}]--\u166d]/v;
const SINGLE =
  /^[\p{So}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;
const PRIVATE = /^\p{Co}/u;

const kinds = new Map<number, Kind>();
const unitKinds = new Uint8Array(0x10000);

/** Of the character at an offset; a separator at the end of the text. */
export function kindAt(text: string, at: number): Kind {
  const unit = text.charCodeAt(at);
  if (Number.isNaN(unit)) return Kind.Separator;
  const known = unitKinds[unit];
  if (known) return known as Kind;
  const code = text.codePointAt(at) as number;
  let kind = kinds.get(code);
  if (kind === undefined) {
    kind = kindOf(String.fromCodePoint(code));
    if (code === unit && (unit & 0xf800) !== 0xd800) unitKinds[unit] = kind;
    else kinds.set(code, kind);
  }
  return kind;
}

/** With both halves of a surrogate pair. */
export function characterAt(text: string, at: number): string {
  const isPair = (text.charCodeAt(at) & 0xfc00) === 0xd800;
  return isPair ? String.fromCodePoint(text.codePointAt(at) ?? 0) : text.charAt(at);
}

function kindOf(character: string): Kind {
  if (PRIVATE.test(character)) return Kind.Private;
  if (!INDEXED.test(character)) return Kind.Separator;
  return SINGLE.test(character) ? Kind.Single : Kind.Written;
}
