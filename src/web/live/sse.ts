/** Longest silence on a stream, in ms: proxies and browsers take a longer one for a dead line. */
const HEARTBEAT_MS = 20_000;

/** How often silence is looked for, in ms. */
const LOOK_MS = 1_000;

/**
 * A comment for those who wait for one, and an event for scripts: a browser hides comments from
 * them, and a script that hears nothing for long enough knows that the line is dead.
 */
const HEARTBEAT = new TextEncoder().encode(': still here\nevent: beat\ndata: \n\n');

interface Follower {
  /** What to send now, or nothing. Called again until it has nothing. */
  next(): Uint8Array | undefined;
  /** Takes note of what `next` threw; true when people are told of it already. */
  failed(error: unknown): boolean;
  /** There will never be more. */
  isOver?(): boolean;
  /** Sent after a long silence: by default an event that nobody has to listen to, null for nothing. */
  heartbeat?: Uint8Array | null;
  /** Sent last when the server ends it. */
  farewell?: Uint8Array;
  /** Calls `wake` whenever there may be something to send. */
  subscribe(wake: () => void): () => void;
}

/**
 * A response that follows something until its client leaves or `signal` aborts. Bun pulls the
 * next piece only when the last one is on its way, so a client that does not read costs nothing.
 */
export function eventStream(
  request: Request,
  signal: AbortSignal,
  follower: Follower,
  contentType = 'text/event-stream; charset=utf-8',
): Response {
  // For HEAD, Elysia 1.4.30 reads a GET's body to its end to measure it, and this one has none.
  const isAsked = request.method !== 'HEAD';
  const pieces = isAsked ? follow(request.signal, signal, follower) : null;
  // Bun takes an async iterable as a body; the DOM's types do not know.
  return new Response(pieces as unknown as BodyInit, {
    headers: {
      'content-type': contentType,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

async function* follow(
  left: AbortSignal,
  ended: AbortSignal,
  follower: Follower,
): AsyncGenerator<Uint8Array> {
  const signal = AbortSignal.any([left, ended]);
  let wake = () => {};
  const wakeNow = () => wake();
  const line: Line = { sentAt: performance.now(), wake: wakeNow };
  const unsubscribe = follower.subscribe(wakeNow);
  const stopLooking = lookNowAndThen(line);
  // A generator that waits is not told that its client has left.
  signal.addEventListener('abort', wakeNow);
  try {
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const piece = follower.next() ?? heartbeatOn(line, follower);
      if (piece) {
        yield piece;
        line.sentAt = performance.now();
      } else if (follower.isOver?.()) {
        return;
      } else {
        await woken;
      }
    }
    if (follower.farewell && !left.aborted) yield follower.farewell;
  } catch (error) {
    // The line ends, and its client comes back when it likes.
    if (!follower.failed(error)) throw error;
  } finally {
    unsubscribe();
    stopLooking();
    signal.removeEventListener('abort', wakeNow);
  }
}

interface Line {
  /** When something was last sent on it, in ms of `performance.now()`. */
  sentAt: number;
  wake(): void;
}

function isSilent({ sentAt }: Line): boolean {
  return performance.now() - sentAt >= HEARTBEAT_MS;
}

function heartbeatOn(line: Line, { heartbeat = HEARTBEAT }: Follower): Uint8Array | undefined {
  return isSilent(line) ? (heartbeat ?? undefined) : undefined;
}

const lines = new Set<Line>();
let look: Timer | undefined;

/** One timer for all streams: one each, set anew after every piece, cost as much as the sending. */
function lookNowAndThen(line: Line): () => void {
  lines.add(line);
  look ??= setInterval(() => {
    for (const each of lines) if (isSilent(each)) each.wake();
  }, LOOK_MS);
  return () => {
    lines.delete(line);
    if (lines.size > 0) return;
    clearInterval(look);
    look = undefined;
  };
}
