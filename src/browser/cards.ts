import { announce } from './announcer.ts';
import { onMessage, onRequest } from './htmx_events.ts';
import { notifyOfLongJobs } from './notifications.ts';
import { throttle } from './throttle.ts';

/** Parts of a page that follow the jobs ask the server again at most this often, in ms. */
const REFRESH_MS = 500;

/** What a card says of its job. */
export interface CardState {
  status: string;
  /** "scrape @aurora_lab". */
  name: string;
  message: string;
  /** Of its latest run, as far as it was watched; in ms since 1970. */
  startedAt?: number;
}

/** Watches the taskbar's cards: tells of ends, and tells the page's own parts of any change. */
export function watchCards(): void {
  let known = readCards();
  let missedSome = false;
  const tellPage = throttle(() => {
    document.body.dispatchEvent(new CustomEvent('jobs-changed'));
  }, REFRESH_MS);

  const compare = () => {
    const cards = readCards(known);
    const ended = endedBetween(known, cards);
    const changed = missedSome || haveChanged(known, cards);
    known = cards;
    missedSome = false;
    if (ended.size > 0) announce(sentences(ended));
    notifyOfLongJobs(ended, Date.now());
    if (changed) tellPage();
  };
  document.addEventListener('htmx:sseError', () => {
    missedSome = true;
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

/** Cards came, went or have another status; that they progressed does not count. */
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

/** What is said aloud of jobs that ended, a sentence or two for each. */
export function sentences(ended: Map<string, CardState>): string {
  return [...ended.values()]
    .map(({ name, status, message }) => `${name} ${status}. ${message}`.trim())
    .join(' ');
}
