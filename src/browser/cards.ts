import { announce } from './announcer.ts';
import { onMessage, onRequest } from './htmx_events.ts';
import { throttle } from './throttle.ts';

/** Parts of a page that follow the jobs ask the server again at most this often, in ms. */
const REFRESH_MS = 500;

/** What a card says of its job. */
export interface CardState {
  status: string;
  /** "scrape @aurora_lab". */
  name: string;
  message: string;
}

/** Watches the taskbar's cards: tells of ends, and tells the page's own parts of any change. */
export function watchCards(): void {
  let known = readCards();
  let missedSome = false;
  const tellPage = throttle(() => {
    document.body.dispatchEvent(new CustomEvent('jobs-changed'));
  }, REFRESH_MS);

  const compare = () => {
    const cards = readCards();
    const ends = endings(known, cards);
    const changed = missedSome || haveChanged(known, cards);
    known = cards;
    missedSome = false;
    if (ends.length > 0) announce(ends.join(' '));
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

function readCards(): Map<string, CardState> {
  const cards = document.querySelectorAll<HTMLElement>('#taskbar .job-card');
  return new Map([...cards].map((card) => [card.id, readCard(card)]));
}

function readCard(card: HTMLElement): CardState {
  return {
    status: card.dataset.status ?? '',
    name: textOf(card, '.job-name'),
    message: textOf(card, '.job-message, .job-error'),
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

/** A sentence for each job that ended between the two, in the order of the cards. */
export function endings(before: Map<string, CardState>, after: Map<string, CardState>): string[] {
  return [...after]
    .filter(([id, card]) => isEnd(card.status) && before.get(id)?.status !== card.status)
    .map(([, { name, status, message }]) => `${name} ${status}. ${message}`.trim());
}

function isEnd(status: string): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
