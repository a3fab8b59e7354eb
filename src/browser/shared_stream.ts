import { followedPlace, takeLogEvents } from './followed_log.ts';
import { openLiveSource, type StreamConnection } from './live_source.ts';
import { holdWhilePressed } from './press_hold.ts';
import { type StreamUpdate, streamQuery } from './stream_messages.ts';
import { StreamTarget } from './stream_target.ts';
import { joinWorker } from './worker_connection.ts';

/**
 * How long a tab keeps a connection of its own before it tries the worker again, in ms: a browser
 * allows only six of them.
 */
const ALONE_MS = 10_000;

declare global {
  interface Window {
    htmx: { createEventSource?: (url: string) => StreamTarget };
  }
}

/**
 * Makes htmx's extension use a stream that all tabs of the browser share: over HTTP/1.1 a browser
 * allows six connections to a host, and a seventh tab would not load.
 */
export function shareStreams(): void {
  window.htmx.createEventSource = openSharedStream;
}

function openSharedStream(url: string): StreamTarget {
  const closing = new AbortController();
  const stream = new StreamTarget(() => {
    closing.abort();
    stop();
  });
  const takeOrHold = holdWhilePressed((update) => stream.take(update), closing.signal);
  let connection: StreamConnection | undefined;
  /** The worker, until it has answered; this tab has a connection of its own meanwhile. */
  let joining: StreamConnection | undefined;
  let timer: Timer | undefined;
  start();
  followPage({ start: startAgain, stop }, closing.signal);
  const listening = { signal: closing.signal };
  window.addEventListener('online', () => connection?.reconnect(), listening);
  document.addEventListener(
    'visibilitychange',
    () => !document.hidden && connection?.wake(),
    listening,
  );

  /** Lines of a log do not move the taskbar, so they are not held back. */
  function take({ open, events }: StreamUpdate): void {
    takeOrHold({ open, events: takeLogEvents(events) });
  }

  function start(): void {
    // A page restored from the back/forward cache gets two events: resume and pageshow.
    stop();
    const failures = { unavailable: connectAlone, late: connectForNow, died: startAgain };
    connection = joinWorker(url, take, failures);
    if (!connection) connectAlone();
  }

  function connectAlone(): void {
    connection = openLiveSource(() => url + streamQuery(followedPlace()), take);
  }

  function connectForNow(): void {
    connectAlone();
    rejoinLater();
  }

  function rejoinLater(): void {
    timer = setTimeout(rejoin, ALONE_MS);
  }

  /** The tab's own connection is kept until the worker's first update. */
  function rejoin(): void {
    const takeOver = (update: StreamUpdate) => {
      if (joining) {
        connection?.close();
        connection = joining;
        joining = undefined;
      }
      take(update);
    };
    const failures = { unavailable: giveUpJoining, late: rejoinLater, died: startAgain };
    joining = joinWorker(url, takeOver, failures);
  }

  function giveUpJoining(): void {
    joining = undefined;
  }

  /** Reports an interruption, because something may have happened meanwhile. */
  function startAgain(): void {
    take({ open: false, events: [] });
    start();
  }

  function stop(): void {
    clearTimeout(timer);
    joining?.close();
    joining = undefined;
    connection?.close();
    connection = undefined;
  }

  return stream;
}

interface Lifecycle {
  start(): void;
  stop(): void;
}

/** A page in the back/forward cache, or frozen in the background, holds no connection. */
function followPage({ start, stop }: Lifecycle, signal: AbortSignal): void {
  window.addEventListener('pagehide', stop, { signal });
  window.addEventListener('pageshow', ({ persisted }) => persisted && start(), { signal });
  document.addEventListener('freeze', stop, { signal });
  document.addEventListener('resume', start, { signal });
}
