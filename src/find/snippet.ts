import { type TextPart, wholeCharacters } from './marks.ts';

/** In UTF-16 units. */
const SNIPPET_LENGTH = 240;
/** How much of a snippet stands before its first mark. */
const BEFORE = 60;
/** How far a snippet reaches for the end of a word. */
const REACH = 30;

const words = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * The part of a long text that shows the most marks, from word to word.
 * @param marks in order, as of `markMatches`.
 * @returns `undefined` when the text is short enough to be shown whole.
 */
export function snippetOf(
  text: string,
  marks: TextPart[],
  length = SNIPPET_LENGTH,
): TextPart | undefined {
  if (text.length <= length) return undefined;
  const start = Math.max(0, Math.min(bestStart(marks, length), text.length - length));
  const from = start === 0 ? 0 : wordStart(text, start);
  const end = start + length;
  return wholeCharacters(text, { from, to: end >= text.length ? text.length : wordEnd(text, end) });
}

function bestStart(marks: TextPart[], length: number): number {
  let best = { start: 0, count: 0 };
  let last = 0;
  for (const [index, { from }] of marks.entries()) {
    const start = Math.max(0, from - BEFORE);
    last = Math.max(last, index);
    while (last < marks.length && (marks[last] as TextPart).to <= start + length) last++;
    if (last - index > best.count) best = { start, count: last - index };
  }
  return best.start;
}

/** The next start of a word. */
function wordStart(text: string, at: number): number {
  for (const { index, isWordLike } of words.segment(
    text.slice(Math.max(0, at - REACH), at + REACH),
  )) {
    const start = Math.max(0, at - REACH) + index;
    if (isWordLike && start >= at) return start;
  }
  return at;
}

/** The last end of a word before. */
function wordEnd(text: string, at: number): number {
  const base = Math.max(0, at - REACH);
  let end = at;
  for (const { index, segment } of words.segment(text.slice(base, at + REACH))) {
    const next = base + index + segment.length;
    if (next <= at) end = next;
  }
  return end;
}
