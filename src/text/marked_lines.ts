import { printable } from './printable.ts';

interface TextRange {
  from: number;
  to: number;
}

interface MarkedPost {
  text: string;
  marks?: readonly TextRange[];
  /** The part that says it best; absent when the text is short. */
  snippet?: TextRange;
}

/** Stand for the beginning and the end of bold type, which are control characters, until the text is printable. */
const [START, END] = ['\ue000', '\ue001'];
const STAND_INS = /[\ue000\ue001]/g;
const BOLD = { [START]: '\x1b[1m', [END]: '\x1b[22m' };

/**
 * The lines of a post's text, or of its snippet with … where something is left out, for a terminal.
 * @param isBold whether what was found is bold; otherwise it is not marked.
 */
export function markedLines({ text, marks = [], snippet }: MarkedPost, isBold: boolean): string[] {
  const { from, to } = snippet ?? { from: 0, to: text.length };
  let marked = from > 0 ? '…' : '';
  let at = from;
  for (const mark of isBold ? marks : []) {
    const start = Math.max(mark.from, at);
    const end = Math.min(mark.to, to);
    if (start >= end) continue;
    marked += plain(text.slice(at, start)) + bold(plain(text.slice(start, end)));
    at = end;
  }
  marked += plain(text.slice(at, to)) + (to < text.length ? '…' : '');
  return marked
    .split('\n')
    .map((line) => printable(line).replace(STAND_INS, (sign) => BOLD[sign] ?? ''));
}

const plain = (text: string) => text.replace(STAND_INS, '');

/** A mark ends with its line, so that what is put before the next one stays as it is. */
const bold = (text: string) => START + text.replaceAll('\n', `${END}\n${START}`) + END;
