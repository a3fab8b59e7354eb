import { keepAliveClock } from '../platform/clock.ts';
import { every, Pacer } from '../platform/pacer.ts';
import { count } from '../text/format.ts';

/** New lines are searched at most this often, in ms. */
const SEARCH_MS = 250;

/** Further hits are neither marked nor counted. */
const MAX_HITS = 5_000;

/**
 * Marks the words that are searched for in a log, and moves from one hit to the next. Marks are not
 * elements (CSS Custom Highlight API), so lines can be added and removed.
 * @returns a function to call when lines were added or removed.
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
    hits = hitsOf(words.value, lines);
    // Ranges of removed lines collapse.
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

  const searchAgain = () => void (words.value !== '' && search());
  const pacer = new Pacer(every(SEARCH_MS), searchAgain, keepAliveClock);
  return () => pacer.request();
}

function hitsWords(at: number, hits: number): string {
  if (hits === 0) return 'Not found';
  const all = hits < MAX_HITS ? count(hits) : `${count(MAX_HITS)} or more`;
  return at < 0 ? `${all} found` : `${count(at + 1)} of ${all}`;
}

/** Where the words are in the texts of the lines, ignoring case; times are not searched. */
function hitsOf(words: string, lines: HTMLElement): Range[] {
  const pattern = patternOf(words);
  const hits: Range[] = [];
  if (!pattern) return hits;
  for (const { firstChild: text } of lines.querySelectorAll('.log-line > span')) {
    for (const { index, 0: found } of text?.textContent?.matchAll(pattern) ?? []) {
      if (!text || hits.length === MAX_HITS) return hits;
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + found.length);
      hits.push(range);
    }
  }
  return hits;
}

function patternOf(words: string): RegExp | undefined {
  if (words === '') return undefined;
  return new RegExp(words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu');
}

function mark(name: string, ranges: Range[]): void {
  // Browsers before 2025 may not have it; moving from hit to hit works there as well.
  if ('highlights' in CSS) CSS.highlights.set(name, new Highlight(...ranges));
}

function bringIntoView(range: Range, lines: HTMLElement): void {
  const hit = range.getBoundingClientRect();
  const visible = lines.getBoundingClientRect();
  const isSeen = hit.top >= visible.top && hit.bottom <= visible.bottom;
  if (!isSeen) lines.scrollTop += hit.top - visible.top - visible.height / 2;
}
