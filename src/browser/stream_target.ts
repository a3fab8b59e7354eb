import type { StreamUpdate } from './stream_messages.ts';
import { shownOf } from './stream_parts.ts';

/**
 * The part of an `EventSource` that htmx-ext-sse 2.2.4 uses. It never closes by itself: the
 * extension would open a closed one again after up to 64 s, and add its listeners twice.
 */
export class StreamTarget extends EventTarget {
  readyState: number = EventSource.CONNECTING;
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  #closed: () => void;

  constructor(closed: () => void) {
    super();
    this.#closed = closed;
  }

  take({ open, events }: StreamUpdate): void {
    if (this.readyState === EventSource.CLOSED) return;
    this.#setOpen(open);
    for (const { type, data: whole, lastEventId } of events) {
      // Not earlier: the event before may have added the card.
      const data = type === 'job' ? shownOf(whole, (id) => document.getElementById(id)) : whole;
      if (data || !whole) this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
    }
  }

  close(): void {
    this.readyState = EventSource.CLOSED;
    this.#closed();
  }

  #setOpen(open: StreamUpdate['open']): void {
    if (open === (this.readyState === EventSource.OPEN)) return;
    this.readyState = open ? EventSource.OPEN : EventSource.CONNECTING;
    if (open) this.onopen?.(new Event('open'));
    else this.onerror?.(new Event('error'));
  }
}
