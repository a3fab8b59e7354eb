import { count } from '../text/format.ts';
import { throttle } from './throttle.ts';

/** Lines that come are searched at most this often, in ms. */
const SEARCH_MS = 250;

/** More places than these are neither marked nor counted. */
const MAX_HITS = 5_000;

/**
 * Marks the words that are searched for in a log, and leads from one place to the next. Marks are
 * no elements (CSS Custom Highlight API), so lines can come and go below them.
 * @returns what to call when lines came or went.
 */
export function watchLogSearch(lines: HTMLElement): () => void {
  const words = document.getElementById('log-words') as HTMLInputElement;
  const hitsNote = document.getElementById('log-hits') as HTMLOutputElement;
  const buttons = ['log-before', 'log-next'].map(
    (id) => document.getElementById(id) as HTMLButtonElement,
  );
  let hits: Range[] = [];
  let current: Range | undefined;

  words.addEventListener('input', () => {
    search();
    current = undefined;
    if (hits.length > 0) step(1);
  });
  words.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  });
  buttons[0]?.addEventListener('click', () => step(-1));
  buttons[1]?.addEventListener('click', () => step(1));

  function search(): void {
    hits = placesOf(words.value, lines);
    // Ranges of lines that are gone collapse where they were.
    if (current && !lines.contains(current.startContainer)) current = undefined;
    show();
  }

  function step(by: 1 | -1): void {
    if (hits.length === 0) return;
    const at = indexOf(current);
    const first = by === 1 ? 0 : hits.length - 1;
    current = hits[at < 0 ? first : (at + by + hits.length) % hits.length];
    show();
    if (current) bringIntoView(current, lines);
  }

  function indexOf(range: Range | undefined): number {
    if (!range) return -1;
    return hits.findIndex(
      ({ startContainer, startOffset }) =>
        startContainer === range.startContainer && startOffset === range.startOffset,
    );
  }

  function show(): void {
    mark('log-hit', hits);
    mark('log-current', current ? [current] : []);
    for (const button of buttons) button.disabled = hits.length === 0;
    const note = words.value === '' ? '' : hitsWords(indexOf(current), hits.length);
    // An output is read aloud when it changes.
    if (hitsNote.textContent !== note) hitsNote.textContent = note;
  }

  return throttle(() => words.value !== '' && search(), SEARCH_MS);
}

function hitsWords(at: number, hits: number): string {
  if (hits === 0) return 'Not found';
  const all = hits < MAX_HITS ? count(hits) : `${count(MAX_HITS)} or more`;
  return at < 0 ? `${all} found` : `${count(at + 1)} of ${all}`;
}

/** Where the words stand, in whatever case, from the first line on. */
function placesOf(words: string, lines: HTMLElement): Range[] {
  const pattern = patternOf(words);
  const places: Range[] = [];
  if (!pattern) return places;
  for (const { firstChild: text } of lines.children) {
    for (const { index, 0: found } of text?.textContent?.matchAll(pattern) ?? []) {
      if (!text || places.length === MAX_HITS) return places;
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + found.length);
      places.push(range);
    }
  }
  return places;
}

function patternOf(words: string): RegExp | undefined {
  if (words === '') return undefined;
  return new RegExp(words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu');
}

function mark(name: string, ranges: Range[]): void {
  // Browsers before 2025 may not have it; the way from hit to hit works there as well.
  if ('highlights' in CSS) CSS.highlights.set(name, new Highlight(...ranges));
}

function bringIntoView(range: Range, lines: HTMLElement): void {
  const hit = range.getBoundingClientRect();
  const frame = lines.getBoundingClientRect();
  const isSeen = hit.top >= frame.top && hit.bottom <= frame.bottom;
  if (!isSeen) lines.scrollTop += hit.top - frame.top - frame.height / 2;
}
