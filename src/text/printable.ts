/** Control characters, line breaks, and marks that change the direction of what follows. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const UNPRINTABLE_RUN = new RegExp(`${UNPRINTABLE.source}+`, 'gu');

/** Those that stand around somebody's words in a sentence: few terminals know them. */
const ISOLATES = /[\u2066-\u2069]/g;

/** Untrusted text for a terminal: without control characters, on one line. */
export function printable(text: string): string {
  return text.replace(ISOLATES, '').replace(UNPRINTABLE_RUN, ' ').trim();
}

/** The same, with each control character written as JSON does, so that it is seen: `\u001b`. */
export function escaped(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}

/** Cuts a text to `columns`; a longer text ends in `…`. */
export function fitted(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (Bun.stringWidth(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Pads a text with spaces to `columns`. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - Bun.stringWidth(text)));
}

/** An argument as it is typed into a POSIX shell. */
export const shellQuoted = (text: string) => `'${printable(text).replaceAll("'", `'\\''`)}'`;
