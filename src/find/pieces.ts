import { isFilterKey } from './filters.ts';

/** What a typed text consists of. `isNot`: a minus stands before it. */
export type Piece =
  /** Text without spaces, such as `word`, `word*` or `C++`. */
  | { type: 'word'; text: string; isNot: boolean }
  | { type: 'phrase'; text: string; isNot: boolean }
  /** `key:value`, with `text` as typed. */
  | { type: 'filter'; key: string; value: string; text: string; isNot: boolean }
  /** `at`: where the bracket stands, in UTF-16 units. */
  | { type: 'open'; isNot: boolean; at: number }
  | { type: 'close'; at: number }
  | { type: 'or' };

/** What closes a quotation, by what opens it. */
const QUOTES: Partial<Record<string, string>> = {
  '"': '"“”＂',
  '＂': '"＂',
  '“': '”"',
  '”': '”"',
  '„': '“”"',
  '‟': '”"',
  '«': '»',
  '»': '«',
  '「': '」',
  '『': '』',
};
const QUOTE = `[${Object.keys(QUOTES).join('')}]`;
const SPACE = String.raw`\s\p{Cc}`;

// Invisible characters, such as direction signs, change nothing at the beginning of a word.
const SPACES = new RegExp(String.raw`[${SPACE}\p{DI}]+`, 'uy');
const INVISIBLE = /\p{DI}+/gu;
const BETWEEN = /\p{DI}*/uy;
const MINUS = /[-−－–]+/y;
const OPEN = /[(（]/y;
const CLOSE = /[)）]/y;
const OPENING_QUOTE = new RegExp(QUOTE, 'y');
const KEY = /[a-z_ａ-ｚＡ-Ｚ＿]+[:：]/iy;
const WORD = new RegExp(`(?:(?!${QUOTE})[^${SPACE}()（）])+`, 'uy');
/** A name apart from its `@`, as the field for an author takes it: `from:@ ada`. */
const NAME_APART = new RegExp(
  String.raw`[@＠][${SPACE}\p{DI}]+(?!OR\b)[\p{L}\p{N}_][\p{L}\p{N}_.-]*(?=[${SPACE}()（）]|$)`,
  'uy',
);
const VALUE = new RegExp(`[^${SPACE}()（）]*`, 'uy');
/** A quote that opens nothing: it stands directly after a word, as in 6" or at the end of a quotation. */
const STRAY_QUOTE = new RegExp(`${QUOTE}(?=[${SPACE}()（）]|$)`, 'uy');

export function piecesOf(text: string): Piece[] {
  const scanner = new Scanner(text);
  const pieces: Piece[] = [];
  while (!scanner.isAtEnd) {
    if (scanner.take(SPACES) !== undefined) continue;
    const isNot = scanner.take(MINUS) !== undefined;
    scanner.take(BETWEEN);
    const piece = nextPiece(scanner, isNot);
    if (piece) pieces.push(piece);
  }
  return pieces;
}

function nextPiece(scanner: Scanner, isNot: boolean): Piece | undefined {
  const { at } = scanner;
  if (scanner.take(OPEN)) return { type: 'open', isNot, at };
  if (scanner.take(CLOSE)) return { type: 'close', at };
  const phrase = scanner.takeQuoted();
  if (phrase !== undefined) return { type: 'phrase', text: phrase, isNot };
  const filter = takeFilter(scanner);
  if (filter) return { type: 'filter', ...filter, isNot };
  const text = scanner.take(WORD);
  if (text === undefined) return undefined;
  scanner.take(STRAY_QUOTE);
  return text.replace(INVISIBLE, '') === 'OR' && !isNot
    ? { type: 'or' }
    : { type: 'word', text, isNot };
}

/** Only operators that exist: `http:` and `C++:` are text. */
function takeFilter(scanner: Scanner) {
  const start = scanner.at;
  const key = scanner.take(KEY)?.slice(0, -1).normalize('NFKC').toLowerCase();
  if (key === undefined || !isFilterKey(key)) {
    scanner.at = start;
    return undefined;
  }
  const apart = key === 'from' ? scanner.take(NAME_APART) : undefined;
  const value = apart ?? scanner.takeQuoted() ?? scanner.take(VALUE) ?? '';
  return { key, value, text: scanner.text.slice(start, scanner.at) };
}

class Scanner {
  at = 0;

  constructor(readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** @param expression sticky */
  take(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** What stands between quotes; to the end of the text where no quote closes it. */
  takeQuoted(): string | undefined {
    const opening = this.take(OPENING_QUOTE);
    if (opening === undefined) return undefined;
    const closing = QUOTES[opening] ?? '';
    const start = this.at;
    while (!this.isAtEnd && !closing.includes(this.text[this.at] ?? '')) this.at++;
    return this.text.slice(start, this.at++);
  }
}
