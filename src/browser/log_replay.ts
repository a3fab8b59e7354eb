import type { LogPart, StreamEvent } from './stream_messages.ts';

/** How much of a log's end is kept for tabs that are behind others, in characters. */
const MAX_KEPT = 256 * 1024;

/** The end of a log, as a connection has delivered it. */
export class LogReplay {
  #parts: { event: StreamEvent; position: number }[] = [];
  #size = 0;
  #start: number;
  #end: number;

  /** @param position where the connection began to read, in bytes. */
  constructor(position: number) {
    this.#start = position;
    this.#end = position;
  }

  /** Where a new connection has to continue. */
  get end(): number {
    return this.#end;
  }

  /** Whether everything after this position is kept. */
  covers(position: number): boolean {
    return position >= this.#start;
  }

  add(event: StreamEvent, { position }: LogPart): void {
    this.#parts.push({ event, position });
    this.#end = position;
    this.#size += event.data.length;
    while (this.#size > MAX_KEPT && this.#parts.length > 1) this.#forgetOldest();
  }

  /** The events after this position; none when they are not all kept. */
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
