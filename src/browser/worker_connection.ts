import { followedPlace } from './followed_log.ts';
import type { StreamConnection } from './live_source.ts';
import { PING_MS, type StreamUpdate, type TabMessage } from './stream_messages.ts';

/** The worker answers a tab that joins at once. After this it is late or did not start, in ms. */
const START_MS = 3_000;

/** The worker runs in the process of one tab and ends with it; then its pings stop, in ms. */
const SILENCE_MS = 3 * PING_MS;

/** A hidden tab gets updates this often, in ms: thirty tabs would keep a core busy. */
const HIDDEN_UPDATE_MS = 1_000;

interface Failures {
  /** The browser has no shared workers, or refuses to start this one. */
  unavailable(): void;
  /** It has not answered in time. On a busy machine it may still answer later. */
  late(): void;
  /** It has stopped. */
  died(): void;
}

/** The stream by way of the worker that all tabs share. It closes itself when the worker fails. */
export function joinWorker(
  url: string,
  onUpdate: (update: StreamUpdate) => void,
  { unavailable, late, died }: Failures,
): StreamConnection | undefined {
  const started = startWorker(url);
  if (!started) return undefined;
  const worker = started;
  const { port } = worker;
  const send = (message: TabMessage) => port.postMessage(message);
  let timer = setTimeout(() => fail(late), START_MS);
  let answering: Timer | undefined;

  worker.onerror = () => fail(unavailable);
  port.onmessage = ({ data }: MessageEvent<StreamUpdate>) => {
    clearTimeout(timer);
    timer = setTimeout(() => fail(died), SILENCE_MS);
    onUpdate(data);
    answer();
  };
  sendReady();

  function sendReady(): void {
    const place = followedPlace();
    send(place ? { ready: place } : 'ready');
  }

  /** Updates before the answer are combined, so the delay slows down only this tab. */
  function answer(): void {
    clearTimeout(answering);
    if (document.hidden) answering = setTimeout(sendReady, HIDDEN_UPDATE_MS);
    else sendReady();
  }

  function wake(): void {
    answer();
    send('seen');
  }

  function fail(next: () => void): void {
    close();
    next();
  }

  function close(): void {
    clearTimeout(timer);
    clearTimeout(answering);
    worker.onerror = null;
    send('bye');
    port.close();
  }

  return { close, wake, reconnect: () => send('online') };
}

function startWorker(url: string): SharedWorker | undefined {
  if (!('SharedWorker' in window)) return undefined;
  try {
    return new SharedWorker(workerUrl(), { name: url });
  } catch {
    // A browser that forbids storage to a page throws.
    return undefined;
  }
}

/**
 * The page's address of the worker depends on its content: tabs opened before an update of the
 * server keep the old worker, and newer ones start their own.
 */
function workerUrl(): string {
  const named = document.querySelector<HTMLMetaElement>('meta[name="stream-worker"]');
  if (!named) throw new Error('The page has no address of a worker.');
  return named.content;
}
