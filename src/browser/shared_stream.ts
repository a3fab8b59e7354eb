import { followedPlace, takeLogEvents } from './followed_log.ts';
import { openLiveSource, type Supply } from './live_source.ts';
import { holdWhilePressed } from './press_hold.ts';
import type { StreamNews } from './stream_messages.ts';
import { streamQuery } from './stream_query.ts';
import { StreamTarget } from './stream_target.ts';
import { joinWorker } from './worker_connection.ts';

/**
 * How long a tab keeps a connection of its own before it asks for the worker again, in ms: six of
 * them are all that a browser allows, so none may last.
 */
const ALONE_MS = 10_000;

declare global {
  interface Window {
    htmx: { createEventSource?: (url: string) => StreamTarget };
  }
}

/**
 * Lets htmx's extension open streams that all tabs of the browser share: over HTTP/1.1 a browser
 * allows six connections to a host, and a seventh tab would not even load.
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
  const takeOrHold = holdWhilePressed((news) => stream.take(news), closing.signal);
  let supply: Supply | undefined;
  /** The worker, as long as it has not answered and a connection of its own serves this tab. */
  let joining: Supply | undefined;
  let timer: Timer | undefined;
  start();
  followPage({ start: startAgain, stop }, closing.signal);
  const listening = { signal: closing.signal };
  window.addEventListener('online', () => supply?.reconnect(), listening);
  document.addEventListener(
    'visibilitychange',
    () => !document.hidden && supply?.wake(),
    listening,
  );

  /** What is written to a log moves nothing in the taskbar, so it is never held back. */
  function take({ open, events }: StreamNews): void {
    takeOrHold({ open, events: takeLogEvents(events) });
  }

  function start(): void {
    // A page that comes back from the back button's cache is resumed and shown: it hears both.
    stop();
    const failures = { unavailable: connectAlone, late: connectForNow, died: startAgain };
    supply = joinWorker(url, take, failures);
    if (!supply) connectAlone();
  }

  function connectAlone(): void {
    supply = openLiveSource(() => url + streamQuery(followedPlace()), take);
  }

  function connectForNow(): void {
    connectAlone();
    rejoinLater();
  }

  function rejoinLater(): void {
    timer = setTimeout(rejoin, ALONE_MS);
  }

  /** The connection of its own is kept until the worker's first news. */
  function rejoin(): void {
    const takeOver = (news: StreamNews) => {
      if (joining) {
        supply?.close();
        supply = joining;
        joining = undefined;
      }
      take(news);
    };
    const failures = { unavailable: giveUpJoining, late: rejoinLater, died: startAgain };
    joining = joinWorker(url, takeOver, failures);
  }

  function giveUpJoining(): void {
    joining = undefined;
  }

  /** Something may have happened meanwhile that the first frame does not show. */
  function startAgain(): void {
    take({ open: false, events: [] });
    start();
  }

  function stop(): void {
    clearTimeout(timer);
    joining?.close();
    joining = undefined;
    supply?.close();
    supply = undefined;
  }

  return stream;
}

interface Lifecycle {
  start(): void;
  stop(): void;
}

/** A page that is kept for the back button, or frozen in the background, holds no connection. */
function followPage({ start, stop }: Lifecycle, signal: AbortSignal): void {
  window.addEventListener('pagehide', stop, { signal });
  window.addEventListener('pageshow', ({ persisted }) => persisted && start(), { signal });
  document.addEventListener('freeze', stop, { signal });
  document.addEventListener('resume', start, { signal });
}
