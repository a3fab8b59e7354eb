import type { Server } from 'bun';
import { accessSignalOf } from '../http/authenticate.ts';
import { Problem } from '../http/problem.ts';
import { HEARTBEAT } from './sse.ts';

/** Longest silence on a stream, in ms: proxies and browsers close connections that are silent longer. */
const MAX_SILENCE_MS = 20_000;

/** How often streams are checked for silence, in ms. */
const SILENCE_POLL_MS = 1_000;

const encoder = new TextEncoder();

const HEARTBEAT_BYTES = encoder.encode(HEARTBEAT);

/** Part of a stream's data. */
type Piece = Uint8Array | string | undefined;

/** The source of a stream's data. */
export interface StreamSource {
  /**
   * The next piece; empty if there is none now. Called until it is empty. A promise when it has to be
   * read first: what was published to all streams is there at once.
   */
  next(): Piece | Promise<Piece>;
  /** Whether the stream has ended. */
  isOver?(): boolean;
  /** Whether a silent stream gets heartbeats; true by default. */
  hasHeartbeat?: boolean;
  /** What is sent after a silence, in place of the usual heartbeat. */
  heartbeat?(): string;
  /** Sent last when the server ends the stream. */
  farewell?: string;
  /** Calls `wake` whenever there may be something to send, until the returned function is called. */
  subscribe(wake: () => void): () => void;
  /** `text/event-stream` by default. */
  contentType?: string;
}

interface StreamOptions {
  maxOpen: number;
  /** Called with the error that has ended a stream. Bun would print it past the log. */
  onError(error: unknown): void;
}

/** The open streams of one server. */
export class EventStreams {
  #open = 0;
  /** What was sent since the start: pieces, which are events or several of them, and bytes. */
  readonly sent = { pieces: 0, bytes: 0 };
  readonly #silent = new SilenceWatch();

  constructor(private readonly options: StreamOptions) {}

  /** Number of open streams. */
  get open(): number {
    return this.#open;
  }

  /** @throws Problem 503 when as many streams are open as the settings allow. */
  refuseTooMany(): void {
    if (this.#open < this.options.maxOpen) return;
    throw new Problem(503, 'too_many_watchers', 'Too many live connections are open.', {
      message: 'Pages work without them and show the current state when they are loaded.',
      retryAfterSeconds: 10,
    });
  }

  /**
   * Responds with a stream, until the client disconnects or loses access. Bun pulls the next piece only
   * after the last one was sent, so a client that does not read costs nothing.
   */
  respond(request: Request, server: Server<unknown> | null, source: StreamSource): Response {
    // Bun closes a silent connection after 10 s.
    server?.timeout(request, 0);
    // For HEAD, Elysia 1.4.30 reads a GET's body to its end to measure it, and this one has none.
    const pieces = request.method === 'HEAD' ? null : this.#pieces(request, source);
    // Bun accepts an async iterable as a body, which the DOM's types omit.
    return new Response(pieces as unknown as BodyInit, {
      headers: {
        'content-type': source.contentType ?? 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-store, no-transform',
        'x-accel-buffering': 'no',
      },
    });
  }

  async *#pieces(request: Request, source: StreamSource): AsyncGenerator<Uint8Array> {
    const signal = AbortSignal.any([request.signal, accessSignalOf(request)]);
    let wake = () => {};
    const wakeNow = () => wake();
    const connection: Connection = { sentAt: performance.now(), wake: wakeNow };
    const unsubscribe = source.subscribe(wakeNow);
    this.#opened(connection);
    // A generator that waits is not told that its client has left.
    signal.addEventListener('abort', wakeNow);
    try {
      while (!signal.aborted) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const next = source.next();
        const found = next instanceof Promise ? await next : next;
        const piece = found || heartbeatFor(connection, source);
        if (piece) {
          const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece;
          this.sent.pieces++;
          this.sent.bytes += bytes.length;
          yield bytes;
          connection.sentAt = performance.now();
        } else if (source.isOver?.()) {
          return;
        } else {
          await woken;
        }
      }
      if (source.farewell && !request.signal.aborted) yield encoder.encode(source.farewell);
    } catch (error) {
      // The stream ends; the client may reconnect.
      this.options.onError(error);
    } finally {
      unsubscribe();
      this.#closed(connection);
      signal.removeEventListener('abort', wakeNow);
    }
  }

  #opened(connection: Connection): void {
    this.#open++;
    this.#silent.add(connection);
  }

  #closed(connection: Connection): void {
    this.#open--;
    this.#silent.remove(connection);
  }
}

interface Connection {
  /** When something was last sent, in ms of `performance.now()`. */
  sentAt: number;
  wake(): void;
}

function isSilent({ sentAt }: Connection): boolean {
  return performance.now() - sentAt >= MAX_SILENCE_MS;
}

function heartbeatFor(
  connection: Connection,
  source: StreamSource,
): Uint8Array | string | undefined {
  const { hasHeartbeat = true } = source;
  if (!hasHeartbeat || !isSilent(connection)) return undefined;
  return source.heartbeat?.() ?? HEARTBEAT_BYTES;
}

/** Wakes silent connections. One timer for all: one each, set again after every piece, is too slow. */
class SilenceWatch {
  #connections = new Set<Connection>();
  #timer: Timer | undefined;

  add(connection: Connection): void {
    this.#connections.add(connection);
    this.#timer ??= setInterval(() => this.#check(), SILENCE_POLL_MS);
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    for (const connection of this.#connections) if (isSilent(connection)) connection.wake();
  }
}
