import type { LogPart, StreamEvent } from './stream_messages.ts';

/** How much of a log's end is kept for tabs that have less than others, in characters. */
const KEPT = 256 * 1024;

/** What a connection has brought of a log, as far as it is kept. */
export class LogReplay {
  #parts: { event: StreamEvent; position: number }[] = [];
  #size = 0;
  #start: number;
  #end: number;

  /** @param position where the connection began to read. */
  constructor(position: number) {
    this.#start = position;
    this.#end = position;
  }

  /** Where a new connection goes on. */
  get end(): number {
    return this.#end;
  }

  /** Whether a tab that has so much can be given all that comes after it. */
  covers(position: number): boolean {
    return position >= this.#start;
  }

  add(event: StreamEvent, { position }: LogPart): void {
    this.#parts.push({ event, position });
    this.#end = position;
    this.#size += event.data.length;
    while (this.#size > KEPT && this.#parts.length > 1) this.#forgetOldest();
  }

  /** What a tab lacks that has so much; nothing when that is not kept. */
  after(position: number): StreamEvent[] {
    if (!this.covers(position)) return [];
    return this.#parts.filter((part) => part.position > position).map(({ event }) => event);
  }

  #forgetOldest(): void {
    const oldest = this.#parts.shift();
    this.#start = oldest?.position ?? this.#start;
    this.#size -= oldest?.event.data.length ?? 0;
  }
}
