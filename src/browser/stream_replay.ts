import type { StreamEvent } from './stream_messages.ts';

/** Where the part of a job begins in a `job` event; escaped text contains no `<`. */
const PART = /(?=<div id="live-)/;
/** That of a job, or of the notices. */
const PART_ID = /^<div id="(.*?)"/;

/**
 * The stream so far in as few events as possible: the last `jobs` event, and the newest part of
 * each job and the newest notices since.
 */
export class StreamReplay {
  #whole: StreamEvent | undefined;
  #parts = new Map<string, string>();
  #lastEventId = '';

  add(event: StreamEvent): void {
    this.#lastEventId = event.lastEventId;
    if (event.type === 'jobs') {
      this.#whole = event;
      this.#parts.clear();
      return;
    }
    for (const part of event.data.split(PART)) {
      this.#parts.set(PART_ID.exec(part)?.[1] ?? part, part);
    }
  }

  events(): StreamEvent[] {
    const whole = this.#whole ? [this.#whole] : [];
    if (this.#parts.size === 0) return whole;
    const data = [...this.#parts.values()].join('');
    return [...whole, { type: 'job', data, lastEventId: this.#lastEventId }];
  }

  /** The id of the newest event; empty before the first `jobs`. */
  get lastEventId(): string {
    return this.#whole ? this.#lastEventId : '';
  }

  clear(): void {
    this.#whole = undefined;
    this.#parts.clear();
  }
}
