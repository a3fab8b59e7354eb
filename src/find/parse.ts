import {
  addFilter,
  dropEmpty,
  hasFilters,
  noFilters,
  settleKinds,
  whatItTakes,
} from './filters.ts';
import { type Piece, piecesOf } from './pieces.ts';
import type { FindFilters, FindQuery, UnreadFilter, WordMatch } from './query.ts';
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
  const pieces = withoutDeepBrackets(piecesOf(withSpaces(text.slice(0, MAX_FIND_LENGTH))));
  const filters = noFilters();
  const unread: UnreadFilter[] = [];
  const reading = { pieces, at: 0, filters, unread, now };
  const matches: WordMatch[] = [];
  // A closing bracket that was never opened ends a list, but not the query.
  for (; reading.at < pieces.length; reading.at++) matches.push(...readList(reading));
  settleKinds(filters);
  dropEmpty(filters);
  const words = all(matches) ?? nothingFound(pieces, filters);
  return {
    text,
    ...(words && { words }),
    topic: topicOf(words).join(' '),
    filters,
    ...(unread.length > 0 && { unread }),
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
  filters: FindFilters;
  unread: UnreadFilter[];
  now: number;
}

/** Reads up to a closing bracket or the end. */
function readList(reading: Reading): WordMatch[] {
  const list: WordMatch[] = [];
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

function readOperand(reading: Reading): WordMatch | undefined {
  const piece = reading.pieces[reading.at++] as Piece;
  const match = matchOf(piece, reading);
  return match && 'isNot' in piece && piece.isNot ? negated(match) : match;
}

/** `-(-soup)` is `soup`. */
function negated(match: WordMatch): WordMatch {
  return 'not' in match ? match.not : { not: match };
}

function matchOf(piece: Piece, reading: Reading): WordMatch | undefined {
  switch (piece.type) {
    case 'phrase':
      return isFindable(piece.text) ? { phrase: piece.text } : undefined;
    case 'word':
      return wordOf(piece.text);
    case 'filter':
      return filterOf(piece, reading);
    case 'open': {
      const list = readList(reading);
      // The closing bracket, or the end.
      reading.at++;
      return all(list);
    }
    default:
      return undefined;
  }
}

function filterOf(
  piece: Extract<Piece, { type: 'filter' }>,
  { filters, unread, now }: Reading,
): WordMatch | undefined {
  if (addFilter(piece, filters, now)) return undefined;
  unread.push({ typed: `${piece.isNot ? '-' : ''}${piece.text}`, takes: whatItTakes(piece) });
  return wordOf(piece.text);
}

function wordOf(text: string): WordMatch | undefined {
  const word = text.replace(/\*+$/, '');
  if (!isFindable(word)) return undefined;
  return word === text ? { word } : { word, isPrefix: true };
}

const isFindable = (text: string) => findableTokens(text).length > 0;

function all(list: WordMatch[]): WordMatch | undefined {
  return list.length > 1 ? { all: list } : list[0];
}

function either(one: WordMatch, other: WordMatch): WordMatch {
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
