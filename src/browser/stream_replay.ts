import type { StreamEvent } from './stream_messages.ts';
import { partsOf } from './stream_parts.ts';

/**
 * The stream so far in as few events as possible: the last `jobs` event, and the newest part of
 * each job since.
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
    for (const { id, html } of partsOf(event)) this.#parts.set(id ?? html, html);
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
