/** The longest message or error in a list or card, in UTF-16 code units. */
const MAX_SHOWN = 500;

/** The longest name or title, in UTF-16 code units. */
export const MAX_NAME = 100;

/** How many code units after a position are needed to find a grapheme boundary there. */
const CONTEXT = 64;

/** Made when it is first used: ICU takes a millisecond to start. */
let segmenter: Intl.Segmenter | undefined;

/**
 * At most `max` UTF-16 code units of a text. A longer text is cut between grapheme clusters (what
 * people see as a character) and ends in "…".
 */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${head(text, max - 1).trimEnd()}…`;
}

/** The same, with the length of a text that was cut: `abc… (3,145,728 characters)`. */
export function cutWithLength(text: string, max: number = MAX_SHOWN): string {
  if (text.length <= max) return text;
  const note = ` (${text.length.toLocaleString('en')} characters)`;
  return `${cut(text, Math.max(2, max - note.length))}${note}`;
}

/** The beginning of a text, at most `max` UTF-16 code units of whole grapheme clusters. */
export function head(text: string, max: number): string {
  if (text.length <= max) return text;
  const part = text.slice(0, max + CONTEXT);
  segmenter ??= new Intl.Segmenter();
  const end = segmenter.segment(part).containing(max)?.index ?? max;
  // A single cluster may exceed the limit: cut it between code points.
  return end > 0 ? text.slice(0, end) : text.slice(0, startOfCodePoint(text, max));
}

function startOfCodePoint(text: string, at: number): number {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff ? at - 1 : at;
}
