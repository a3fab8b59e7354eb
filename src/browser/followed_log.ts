import { counted } from '../text/format.ts';
import type { LogPart, LogPlace, StreamEvent } from './stream_messages.ts';

/** Of the document: its detail is the log. */
const FOLLOW = 'xgpt:follow-log';

let followed: FollowedLog | undefined;

/** Lets the page's connection follow the log that the script of a job's page names. */
export function watchFollowedLog(): void {
  document.addEventListener(FOLLOW, (event) => {
    followed = (event as CustomEvent<FollowedLog>).detail;
  });
}

/** Has the page's connection, in another script, bring what is added to this log: one at most. */
export function followLog(log: FollowedLog): void {
  document.dispatchEvent(new CustomEvent(FOLLOW, { detail: log }));
}

/** The log that this page shows, and how much of it it has. */
export function followedPlace(): LogPlace | undefined {
  return followed?.place;
}

/** Passes the log's events to it, and returns the others. */
export function takeLogEvents(events: StreamEvent[]): StreamEvent[] {
  return events.filter((event) => {
    if (event.type !== 'log') return true;
    followed?.take(JSON.parse(event.data) as LogPart);
    return false;
  });
}

/** A log that grows with each part that arrives. Every line is written once, although parts may overlap. */
export class FollowedLog {
  #place: LogPlace;
  #write: (text: string) => void;

  constructor(place: LogPlace, write: (text: string) => void) {
    this.#place = place;
    this.#write = write;
  }

  get place(): LogPlace {
    return this.#place;
  }

  take({ job, from, position, text }: LogPart): void {
    const has = this.#place.position;
    if (job !== this.#place.job || position <= has) return;
    if (from > has)
      this.#write(`[${counted(from - has, 'byte is', 'bytes are')} no longer kept]\n`);
    this.#write(from < has ? withoutBytes(text, has - from) : text);
    this.#place = { job, position };
  }
}

function withoutBytes(text: string, bytes: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(bytes));
}
