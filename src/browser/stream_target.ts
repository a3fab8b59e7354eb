import type { StreamNews } from './stream_messages.ts';

/**
 * What htmx-ext-sse 2.2.4 uses of an `EventSource`. It is only ever closed from outside: the
 * extension would open a closed one again after up to 64 s, and bind its listeners twice.
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

  take({ open, events }: StreamNews): void {
    if (this.readyState === EventSource.CLOSED) return;
    this.#setOpen(open);
    for (const { type, data, lastEventId } of events) {
      this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
    }
  }

  close(): void {
    this.readyState = EventSource.CLOSED;
    this.#closed();
  }

  #setOpen(open: boolean): void {
    if (open === (this.readyState === EventSource.OPEN)) return;
    this.readyState = open ? EventSource.OPEN : EventSource.CONNECTING;
    if (open) this.onopen?.(new Event('open'));
    else this.onerror?.(new Event('error'));
  }
}
