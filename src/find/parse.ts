import { type Condition, everyOf, inBrackets, negated, required } from './conditions.ts';
import {
  addFilter,
  dropEmpty,
  hasFilters,
  noFilters,
  settleKinds,
  whatItTakes,
} from './filters.ts';
import { type Piece, piecesOf } from './pieces.ts';
import type { FindFilters, FindQuery, UnheldPart, UnreadFilter, WordMatch } from './query.ts';
import { findableTokens } from './tokens.ts';

/** What is longer is cut: no text that somebody types is. In UTF-16 units. */
const MAX_FIND_LENGTH = 2_000;
/** Brackets within brackets; deeper ones are ignored. SQLite's parser has room for about 50. */
const MAX_DEPTH = 10;

/**
 * Reads what somebody typed. Every text is a query: what is not closed closes at the end, an unknown
 * `key:` is text, and operators without operands vanish. `OR` binds more tightly than a space.
 * @param now in ms since 1970, for `since:7d`.
 */
export function parseFind(text: string, now: number): FindQuery {
  const typed = withSpaces(text.slice(0, MAX_FIND_LENGTH));
  const pieces = withoutDeepBrackets(piecesOf(typed));
  const filters = noFilters();
  const unread: UnreadFilter[] = [];
  const empty: UnreadFilter[] = [];
  const unheld: UnheldPart[] = [];
  const reading = { pieces, at: 0, typed, unread, empty, now };
  const list: Condition[] = [];
  // A closing bracket that was never opened ends a list, but not the query.
  for (; reading.at < pieces.length; reading.at++) list.push(...readList(reading));
  const condition = everyOf(list);
  const found = condition && required(condition, { filters, unheld, now });
  settleKinds(filters);
  dropEmpty(filters);
  const words = found ?? (unheld.length > 0 ? undefined : nothingFound(pieces, filters));
  return {
    text,
    ...(words && { words }),
    topic: topicOf(words).join(' '),
    filters,
    ...(unread.length > 0 && { unread }),
    ...(empty.length > 0 && { empty }),
    ...(unheld.length > 0 && { unheld }),
  };
}

/** Whether a word "or" stands between others, not quoted. */
export function hasLowerCaseOr(text: string): boolean {
  const pieces = piecesOf(text.slice(0, MAX_FIND_LENGTH));
  return pieces.some(
    (piece, at) =>
      piece.type === 'word' &&
      !piece.isNot &&
      /^or$/i.test(piece.text) &&
      [pieces[at - 1], pieces[at + 1]].every((other) => other && isOperand(other)),
  );
}

const isOperand = ({ type }: Piece) => type === 'word' || type === 'phrase';

/** A zero-width space separates words in scripts without spaces; elsewhere it stands within a word. */
function withSpaces(text: string): string {
  return text.replace(/(?<=[\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])\u200b/gu, ' ');
}

function withoutDeepBrackets(pieces: Piece[]): Piece[] {
  let depth = 0;
  return pieces.filter(({ type }) => {
    if (type === 'open') return depth++ < MAX_DEPTH;
    // A closing bracket that was never opened is left, and has no effect.
    return type !== 'close' || depth === 0 || --depth < MAX_DEPTH;
  });
}

interface Reading {
  pieces: Piece[];
  at: number;
  /** What the pieces are of. */
  typed: string;
  unread: UnreadFilter[];
  empty: UnreadFilter[];
  now: number;
}

/** Reads up to a closing bracket or the end. */
function readList(reading: Reading): Condition[] {
  const list: Condition[] = [];
  let isAlternative = false;
  while (reading.at < reading.pieces.length) {
    const piece = reading.pieces[reading.at] as Piece;
    if (piece.type === 'close') return list;
    if (piece.type === 'or') {
      isAlternative = list.length > 0;
      reading.at++;
      continue;
    }
    const operand = readOperand(reading);
    const before = isAlternative && operand ? list.pop() : undefined;
    if (operand) list.push(before ? either(before, operand) : operand);
    isAlternative = false;
  }
  return list;
}

function readOperand(reading: Reading): Condition | undefined {
  const piece = reading.pieces[reading.at++] as Piece;
  switch (piece.type) {
    case 'phrase':
      return isFindable(piece.text) ? signed({ phrase: piece.text }, piece.isNot) : undefined;
    case 'word':
      return signed(wordOf(piece.text), piece.isNot);
    case 'filter':
      return operatorOf(piece, reading);
    case 'open':
      return signed(readBracket(piece.at, reading), piece.isNot);
    default:
      return undefined;
  }
}

function signed(condition: Condition | undefined, isNot: boolean): Condition | undefined {
  return condition && isNot ? negated(condition) : condition;
}

function readBracket(start: number, reading: Reading): Condition | undefined {
  const condition = everyOf(readList(reading));
  // The closing bracket, or the end.
  const closing = reading.pieces[reading.at++];
  const end = closing?.type === 'close' ? closing.at + 1 : reading.typed.length;
  return condition && inBrackets(condition, reading.typed.slice(start, end));
}

function operatorOf(
  piece: Extract<Piece, { type: 'filter' }>,
  { unread, empty, now }: Reading,
): Condition | undefined {
  const asTyped = { typed: `${piece.isNot ? '-' : ''}${piece.text}`, takes: whatItTakes(piece) };
  if (!addFilter(piece, noFilters(), now)) {
    unread.push(asTyped);
    return signed(wordOf(piece.text), piece.isNot);
  }
  if (piece.value.trim() !== '') return { operator: piece };
  empty.push(asTyped);
  return undefined;
}

function wordOf(text: string): WordMatch | undefined {
  const word = text.replace(/\*+$/, '');
  if (!isFindable(word)) return undefined;
  return word === text ? { word } : { word, isPrefix: true };
}

const isFindable = (text: string) => findableTokens(text).length > 0;

function either(one: Condition, other: Condition): Condition {
  return 'any' in one ? { any: [...one.any, other] } : { any: [one, other] };
}

/** Signs alone, such as `!!!`, are in no post. */
function nothingFound(pieces: Piece[], filters: FindFilters): WordMatch | undefined {
  const isEmpty = pieces.every(({ type }) => type !== 'word' && type !== 'phrase');
  return isEmpty || hasFilters(filters) ? undefined : { any: [] };
}

function topicOf(match: WordMatch | undefined): string[] {
  if (!match || 'not' in match) return [];
  if ('phrase' in match) return [match.phrase];
  if ('word' in match) return [match.word];
  return ('all' in match ? match.all : match.any).flatMap(topicOf);
}
