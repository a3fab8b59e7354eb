import { keepAliveClock } from '../platform/clock.ts';
import { every, Pacer } from '../platform/pacer.ts';
import { onMessage, onRequest } from './htmx_events.ts';

/** Parts of a page that show jobs are loaded again at most this often, in ms. */
const REFRESH_MS = 500;

/** What a card shows of its job. */
export interface CardState {
  status: string;
  /** "scrape @aurora_lab". */
  name: string;
  message: string;
  /** Start of its latest run, if this page has seen it run; in ms since 1970. */
  startedAt?: number;
}

/**
 * Watches the taskbar's cards, and has the page's own parts loaded again when any of them changes.
 * @param onEnd called with the cards whose jobs have ended, and the time in ms since 1970.
 */
export function watchCards(onEnd: (ended: Map<string, CardState>, now: number) => void): void {
  let known = readCards();
  let mayHaveMissed = false;
  const refreshPage = () => void document.body.dispatchEvent(new CustomEvent('jobs-changed'));
  const pacer = new Pacer(every(REFRESH_MS), refreshPage, keepAliveClock);

  const compare = () => {
    const cards = readCards(known);
    const ended = endedBetween(known, cards);
    const changed = mayHaveMissed || haveChanged(known, cards);
    known = cards;
    mayHaveMissed = false;
    if (ended.size > 0) onEnd(ended, Date.now());
    if (changed) pacer.request();
  };
  document.addEventListener('htmx:sseError', () => {
    mayHaveMissed = true;
  });
  onMessage('after', (type) => {
    if (type === 'jobs') compare();
  });
  onRequest('afterRequest', compare);
}

function readCards(before = new Map<string, CardState>()): Map<string, CardState> {
  const cards = document.querySelectorAll<HTMLElement>('#taskbar .job-card');
  return new Map([...cards].map((card) => [card.id, readCard(card, before.get(card.id))]));
}

function readCard(card: HTMLElement, before: CardState | undefined): CardState {
  const running = card.querySelector<HTMLTimeElement>(':scope > time');
  return {
    status: card.dataset.status ?? '',
    name: textOf(card, ':scope > a'),
    message: textOf(card, ':scope > div > p'),
    startedAt: running ? Date.parse(running.dateTime) : before?.startedAt,
  };
}

function textOf(card: HTMLElement, selector: string): string {
  return card.querySelector(selector)?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
}

/** Whether cards were added or removed, or have another status. Progress does not count. */
export function haveChanged(
  before: Map<string, CardState>,
  after: Map<string, CardState>,
): boolean {
  if (before.size !== after.size) return true;
  return [...after].some(([id, { status }]) => before.get(id)?.status !== status);
}

/** The cards whose jobs ended between the two, in their order. */
export function endedBetween(
  before: Map<string, CardState>,
  after: Map<string, CardState>,
): Map<string, CardState> {
  const ended = [...after].filter(
    ([id, { status }]) => isEnd(status) && before.get(id)?.status !== status,
  );
  return new Map(ended);
}

function isEnd(status: string): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** What a screen reader reads about jobs that ended, a sentence or two for each. */
export function sentences(ended: Map<string, CardState>): string {
  return [...ended.values()]
    .map(({ name, status, message }) => `${name} ${status}. ${message}`.trim())
    .join(' ');
}
