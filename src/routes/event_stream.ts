/** Longest silence on a stream, in ms: proxies and browsers take a longer one for a dead line. */
const HEARTBEAT_MS = 20_000;

/**
 * A comment for those who wait for one, and an event for scripts: a browser hides comments from
 * them, and a script that hears nothing for long enough knows that the line is dead.
 */
const HEARTBEAT = new TextEncoder().encode(': still here\nevent: beat\ndata: \n\n');

interface Follower {
  /** What to send now, or nothing. Called again until it has nothing. */
  next(): Uint8Array | undefined;
  /** There will never be more. */
  isOver?(): boolean;
  /** Sent after a long silence; by default an event that nobody has to listen to. */
  heartbeat?: Uint8Array;
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
  const pieces = follow(AbortSignal.any([request.signal, signal]), follower);
  // Bun takes an async iterable as a body; the DOM's types do not know.
  return new Response(pieces as unknown as BodyInit, {
    headers: {
      'content-type': contentType,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

async function* follow(signal: AbortSignal, follower: Follower): AsyncGenerator<Uint8Array> {
  let wake = () => {};
  const unsubscribe = follower.subscribe(() => wake());
  // A generator that waits is not told that its client has left.
  const leave = () => wake();
  signal.addEventListener('abort', leave);
  try {
    while (!signal.aborted) {
      const woken = new Promise<'woken'>((resolve) => {
        wake = () => resolve('woken');
      });
      const piece = follower.next();
      if (piece) {
        yield piece;
        continue;
      }
      if (follower.isOver?.()) return;
      if ((await withHeartbeat(woken)) === 'silent') yield follower.heartbeat ?? HEARTBEAT;
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', leave);
  }
}

async function withHeartbeat(woken: Promise<'woken'>): Promise<'woken' | 'silent'> {
  const silence = Promise.withResolvers<'silent'>();
  const timer = setTimeout(() => silence.resolve('silent'), HEARTBEAT_MS);
  try {
    return await Promise.race([woken, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
