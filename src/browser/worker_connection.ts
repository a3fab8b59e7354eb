import { followedPlace } from './followed_log.ts';
import type { Supply } from './live_source.ts';
import { PING_MS, type StreamNews, type TabMessage } from './stream_messages.ts';

/** The worker answers who joins at once; one that has not by then is late, or did not start, in ms. */
const START_MS = 3_000;

/** It lives in the process of some tab and dies with it; then its pings stay away, in ms. */
const SILENCE_MS = 3 * PING_MS;

/** A tab that nobody sees is told what is new this often, in ms: thirty would keep a core busy. */
const HIDDEN_MS = 1_000;

interface Failures {
  /** The browser has no shared workers, or will not start this one. */
  unavailable(): void;
  /** It has not answered in time, which on a busy machine does not mean that it never will. */
  late(): void;
  /** It worked and does not any more. */
  died(): void;
}

/** The stream as the worker of all tabs brings it; closed by itself when it fails. */
export function joinWorker(
  url: string,
  tell: (news: StreamNews) => void,
  { unavailable, late, died }: Failures,
): Supply | undefined {
  const started = startWorker(url);
  if (!started) return undefined;
  const worker = started;
  const { port } = worker;
  const say = (message: TabMessage) => port.postMessage(message);
  let timer = setTimeout(() => fail(late), START_MS);
  let answering: Timer | undefined;

  worker.onerror = () => fail(unavailable);
  port.onmessage = ({ data }: MessageEvent<StreamNews>) => {
    clearTimeout(timer);
    timer = setTimeout(() => fail(died), SILENCE_MS);
    tell(data);
    answer();
  };
  sayReady();

  function sayReady(): void {
    const place = followedPlace();
    say(place ? { ready: place } : 'ready');
  }

  /** What comes before the answer is put together to one, so it paces this tab alone. */
  function answer(): void {
    clearTimeout(answering);
    if (document.hidden) answering = setTimeout(sayReady, HIDDEN_MS);
    else sayReady();
  }

  function wake(): void {
    answer();
    say('seen');
  }

  function fail(next: () => void): void {
    close();
    next();
  }

  function close(): void {
    clearTimeout(timer);
    clearTimeout(answering);
    worker.onerror = null;
    say('bye');
    port.close();
  }

  return { close, wake, reconnect: () => say('online') };
}

function startWorker(url: string): SharedWorker | undefined {
  if (!('SharedWorker' in window)) return undefined;
  try {
    return new SharedWorker(workerUrl(), { name: url });
  } catch {
    // A browser that forbids storage to a page refuses it this way.
    return undefined;
  }
}

/**
 * The page names it with its content: tabs that were opened before the server was updated keep the
 * worker of then, and newer ones start their own.
 */
function workerUrl(): string {
  const named = document.querySelector<HTMLMetaElement>('meta[name="stream-worker"]');
  if (!named) throw new Error('The page names no worker.');
  return named.content;
}
