import { parseFind } from './parse.ts';
import { type Piece, piecesOf } from './pieces.ts';

type Filter = Extract<Piece, { type: 'filter' }>;

/**
 * The typed text with another value of one operator: what it says of it is replaced, and all else stays
 * as typed.
 */
export function withFilter(text: string, key: string, value: string): string {
  const rest = withoutKeys(text, [key]);
  const filter = `${key}:${/[\s()]/.test(value) ? `"${value}"` : value}`;
  return rest === '' ? filter : `${rest} ${filter}`;
}

/** The text without what it says of some operators; a minus before one is left. */
export function withoutKeys(text: string, keys: readonly string[]): string {
  return without(text, (filter) => keys.includes(filter.key) && !filter.isNot);
}

/** The text without the operators that filter, and without brackets that have no effect because of them. */
export function withoutFilters(text: string): string {
  const { unheld = [] } = parseFind(text, 0);
  const ineffective = unheld.filter(({ reason }) => reason === 'together');
  // A minus may be one of several signs.
  const held = ineffective.reduce((rest, { typed }) => rest.replace(typed.slice(1), '()'), text);
  const rest = without(held, () => true);
  return held === text ? rest : withoutEmptyBrackets(rest);
}

function without(text: string, isUnwanted: (filter: Filter) => boolean): string {
  let kept = '';
  let at = 0;
  let isChanged = false;
  // Whether the minuses before each open bracket add up to one.
  const signs = [false];
  for (const piece of piecesOf(text)) {
    const isInverted = signs.at(-1) === true;
    if (piece.type === 'open') signs.push(piece.isNot !== isInverted);
    if (piece.type === 'close' && signs.length > 1) signs.pop();
    if (!('text' in piece)) continue;
    const start = text.indexOf(piece.text, at);
    if (start < 0) continue;
    const end = start + piece.text.length;
    if (piece.type === 'filter' && isUnwanted({ ...piece, isNot: piece.isNot !== isInverted })) {
      const before = text.slice(at, start);
      kept += piece.isNot ? before.replace(/[-−－–]+$/, '') : before;
      isChanged = true;
    } else {
      kept += text.slice(at, end);
    }
    at = end;
  }
  const rest = (kept + text.slice(at)).trim();
  return isChanged ? withoutEmptyBrackets(rest) : rest;
}

function withoutEmptyBrackets(text: string): string {
  const less = text.replace(/[-−－–]*[(（]\s*[)）]/g, '');
  return less === text ? text.trim() : withoutEmptyBrackets(less);
}
