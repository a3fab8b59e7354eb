import { once } from '../platform/once.ts';
import { type TextPart, wholeCharacters } from './marks.ts';

/** In UTF-16 units. */
const SNIPPET_LENGTH = 240;
/** How much of a snippet stands before its first mark, at most. */
const BEFORE = 60;
/** How far a snippet reaches for the end of a word. */
const REACH = 30;

// The same on every machine, whatever its language.
const words = once(() => new Intl.Segmenter('en', { granularity: 'word' }));

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
  const reach = Math.min(REACH, Math.floor(length / 4));
  const from = start === 0 ? 0 : wordStart(text, start, reach);
  const end = start + length;
  return wholeCharacters(text, {
    from,
    to: end >= text.length ? text.length : wordEnd(text, end, reach),
  });
}

function bestStart(marks: TextPart[], length: number): number {
  let best = { start: 0, count: 0 };
  let last = 0;
  for (const [index, { from }] of marks.entries()) {
    const start = Math.max(0, from - Math.min(BEFORE, Math.floor(length / 4)));
    last = Math.max(last, index);
    while (last < marks.length && (marks[last] as TextPart).to <= start + length) last++;
    if (last - index > best.count) best = { start, count: last - index };
  }
  return best.start;
}

/** The next start of a word, where one is near. */
function wordStart(text: string, at: number, reach: number): number {
  const base = Math.max(0, at - reach);
  for (const { index, isWordLike } of words().segment(text.slice(base, at + reach)))
    if (isWordLike && base + index >= at) return base + index;
  return at;
}

/** The last end of a word before, where one is near. */
function wordEnd(text: string, at: number, reach: number): number {
  const base = at - reach;
  let end = base;
  for (const { index, segment } of words().segment(text.slice(base, at + reach))) {
    const next = base + index + segment.length;
    if (next <= at) end = next;
  }
  return end > base ? end : at;
}
