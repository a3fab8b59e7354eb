/** Letters that are written from right to left, and marks that change the direction. */
const HAS_DIRECTION =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ISOLATES = /[\u2066-\u2069]/g;

/**
 * Somebody's words within a sentence of ours. When they may be written from right to left, FSI and PDI stand
 * around them, so that what follows keeps its place; isolates of their own are left out, since one that is not
 * closed would reach beyond them.
 */
export function isolated(text: string): string {
  return HAS_DIRECTION.test(text) ? `\u2068${text.replace(ISOLATES, '')}\u2069` : text;
}

/** The same in quotation marks. */
export const quoted = (text: string) => `“${isolated(text)}”`;
