import { duration, relative } from '../text/format.ts';
import { onRequest } from './htmx_events.ts';

/** Keeps the times on the page running between updates. */
export function startClocks(): void {
  tick(new Date());
  setInterval(() => tick(new Date()), 1000);
  // The server does not know the reader's time zone.
  onRequest('afterSettle', () => tick(new Date()));
}

function tick(now: Date): void {
  // A log may have thousands of times, which do not change.
  for (const time of document.querySelectorAll<HTMLTimeElement>(':not(.log-line) > time')) {
    const text = clockText(time.dataset.clock, new Date(time.dateTime), now);
    // Writing the same text would end a selection in it.
    if (text !== undefined && text !== time.textContent) time.textContent = text;
  }
}

/**
 * The text of a `<time>` with that `data-clock`, or none; the server renders the same. `fixed` and
 * `zoned` do not change here.
 */
export function clockText(clock: string | undefined, at: Date, now: Date): string | undefined {
  switch (clock) {
    case undefined:
      return duration(now.getTime() - at.getTime());
    case 'remaining':
      return duration(at.getTime() - now.getTime());
    case 'local':
      return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
    case 'relative':
      return relative(at, now);
    default:
      return undefined;
  }
}
