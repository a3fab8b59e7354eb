/** How many lines of a log a page shows, the newest ones. */
export const MAX_LOG_LINES = 2_000;

/** Lines per element, so that the oldest can be removed in groups. */
const PART_LINES = 200;

/** Splits a text into groups of whole lines, with their line breaks. */
export function logParts(text: string): string[] {
  const lines = linesOf(text);
  const parts: string[] = [];
  for (let at = 0; at < lines.length; at += PART_LINES) {
    parts.push(lines.slice(at, at + PART_LINES).join(''));
  }
  return parts;
}

/** The last `max` lines of a text of whole lines. */
export function newestLines(text: string, max: number): string {
  let start = text.length;
  for (let lines = 0; start > 0 && lines < max; lines++) {
    start = text.lastIndexOf('\n', start - 2) + 1;
  }
  return text.slice(start);
}

export function countLines(text: string): number {
  return linesOf(text).length;
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
