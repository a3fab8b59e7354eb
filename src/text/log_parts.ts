/** How many of a log's newest lines a page shows. */
export const MAX_LOG_LINES = 2_000;

/** Lines that stand in one element, so that the oldest can be taken away a few at a time. */
const PART_LINES = 200;

/** Whole lines in parts of a few, each with all of its line breaks. */
export function logParts(text: string): string[] {
  const lines = linesOf(text);
  const parts: string[] = [];
  for (let at = 0; at < lines.length; at += PART_LINES) {
    parts.push(lines.slice(at, at + PART_LINES).join(''));
  }
  return parts;
}

/** The end of a text of whole lines, at most `most` of them. */
export function newestLines(text: string, most: number): string {
  let start = text.length;
  for (let lines = 0; start > 0 && lines < most; lines++) {
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
