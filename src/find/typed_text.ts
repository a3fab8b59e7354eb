import { type Piece, piecesOf } from './pieces.ts';

/**
 * The typed text with other values of one operator: what it says of it is replaced.
 * @param value '' for none.
 */
export function withFilter(text: string, key: string, value: string): string {
  const rest = piecesOf(text).filter(
    (piece) => piece.type !== 'filter' || piece.key !== key || piece.isNot,
  );
  const blanks = /[\s()]/.test(value);
  const filter = value === '' ? [] : [`${key}:${blanks ? `"${value}"` : value}`];
  return [...rest.map(typed), ...filter].join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
}

/** The text without the operators that filter. */
export function withoutFilters(text: string): string {
  const rest = piecesOf(text).filter(({ type }) => type !== 'filter');
  return rest.map(typed).join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
}

/** Whether a text has operators that filter. */
export function hasTypedFilters(text: string): boolean {
  return piecesOf(text).some(({ type }) => type === 'filter');
}

function typed(piece: Piece): string {
  const minus = 'isNot' in piece && piece.isNot ? '-' : '';
  switch (piece.type) {
    case 'phrase':
      return `${minus}"${piece.text}"`;
    case 'open':
      return `${minus}(`;
    case 'close':
      return ')';
    case 'or':
      return 'OR';
    default:
      return minus + piece.text;
  }
}
