import { characterAt, Kind, kindAt } from './characters.ts';
import { type FoldedText, foldWithMap } from './fold.ts';
import { spellingOf } from './spellings.ts';

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
 * Stands between two texts of one column, so that no phrase goes from one to the other. All characters of
 * private use in texts become this one: the index has others for its own purposes.
 */
export const BREAK = '\ue002';

/** 1,000 and 1.000 and 1’000: one separator, and three digits after each. */
const GROUPED_NUMBER = /\d{1,3}([,.'’٬\u00a0])\d{3}(?:\1\d{3})*(?!\d)/y;
const FEW_DIGITS = /^\d{1,3}$/;
const SEPARATORS = /[,.'’٬\u00a0]/g;
const JOINING = new Set(["'", '’', 'ʼ', '-', '\u2010', '\u2011', '.', '_', '&', '\u200c']);
/**
 * Signs that belong to the word before them, as in C++ and C#. For SQLite they are letters of the private use
 * area: it takes them for parts of words.
 */
const PLUS = '\ue02b';
const SHARP = '\ue023';
const MAX_PLUSES = 3;

/** The words of a text, in order. */
export function tokensOf(text: string): Token[] {
  return new Tokenizer(text, foldWithMap(text)).read();
}

/** The same from the first to the last word that can be looked for. */
export function findableTokens(text: string): Token[] {
  const tokens = tokensOf(text);
  const isFindable = (token: Token) => token.text !== BREAK;
  return tokens.slice(
    Math.max(0, tokens.findIndex(isFindable)),
    tokens.findLastIndex(isFindable) + 1,
  );
}

/** A text for the index of words: its words, with a space between them. */
export function toIndexedWords(text: string): string {
  return tokensOf(text)
    .map((token) => token.text)
    .join(' ');
}

class Tokenizer {
  readonly #tokens: Token[] = [];
  readonly #folded: string;
  #at = 0;
  /** Where the last word ended, and signs that belong to it; -1 after anything else. */
  #wordEnd = -1;
  #pluses = 0;

  constructor(
    private readonly text: string,
    private readonly map: FoldedText,
  ) {
    this.#folded = map.text;
  }

  read(): Token[] {
    while (this.#at < this.#folded.length) this.#next();
    return this.#tokens;
  }

  #next(): void {
    const kind = kindAt(this.#folded, this.#at);
    if (kind === Kind.Written) this.#word();
    else this.#other(kind);
  }

  #other(kind: Kind): void {
    const sign = this.#sign();
    const character = characterAt(this.#folded, this.#at);
    const end = this.#at + character.length;
    if (sign) this.#add(sign, end);
    else if (kind === Kind.Separator) this.#at = end;
    else this.#add(kind === Kind.Private ? BREAK : character, end);
  }

  #word(): void {
    const start = this.#at;
    let end = writtenEnd(this.#folded, start);
    let word = this.#folded.slice(start, end);
    if (
      FEW_DIGITS.test(word) &&
      !/\d[.,]$/.test(this.#folded.slice(Math.max(0, start - 2), start))
    ) {
      GROUPED_NUMBER.lastIndex = start;
      if (GROUPED_NUMBER.test(this.#folded)) {
        end = writtenEnd(this.#folded, GROUPED_NUMBER.lastIndex);
        word = this.#folded.slice(start, end).replace(SEPARATORS, '');
      }
    }
    if (this.#isJoinedTo(start)) (this.#tokens.at(-1) as Token).isJoined = true;
    const token = this.#add(word, end);
    const spelling = this.map.isAscii
      ? undefined
      : spellingOf(this.text.slice(token.from, token.to));
    if (spelling !== undefined && spelling !== word) token.spelling = spelling;
    this.#wordEnd = end;
    this.#pluses = 0;
  }

  #isJoinedTo(start: number): boolean {
    if (start !== this.#wordEnd + 1 || start < 2) return false;
    if (!JOINING.has(this.#folded.charAt(start - 1))) return false;
    // 1.5 is not 15.
    return !/^\d.\d$/.test(this.#folded.slice(start - 2, start + 1));
  }

  #sign(): string | undefined {
    const sign = this.#folded.charAt(this.#at);
    const isAfterWord = this.#at > 0 && this.#at === this.#wordEnd + this.#pluses;
    if (!isAfterWord) return undefined;
    if (sign === '+' && this.#pluses < MAX_PLUSES) {
      this.#pluses++;
      return PLUS;
    }
    const isLast = kindAt(this.#folded, this.#at + 1) === Kind.Separator;
    return sign === '#' && this.#pluses === 0 && isLast ? SHARP : undefined;
  }

  #add(text: string, end: number): Token {
    const token: Token = { text, from: this.map.from(this.#at), to: this.map.to(end - 1) };
    this.#tokens.push(token);
    this.#at = end;
    return token;
  }
}

function writtenEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && kindAt(text, end) === Kind.Written)
    end += characterAt(text, end).length;
  return end;
}
