import { followedPlace, takeLogEvents } from './followed_log.ts';
import { openLiveSource, type StreamConnection } from './live_source.ts';
import { holdWhilePressed } from './press_hold.ts';
import { leavePage } from './private_pages.ts';
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
    connection.stop();
  });
  const takeOrHold = holdWhilePressed((update) => stream.take(update), closing.signal);
  // Lines of a log do not move the taskbar, so they are not held back.
  const connection = new SharedConnection(url, ({ open, events }) => {
    if (open !== null) return takeOrHold({ open, events: takeLogEvents(events) });
    // A second refusal would load the page again before it has come.
    connection.stop();
    leavePage();
  });
  connection.start();
  followPage(connection, closing.signal);
  return stream;
}

/** The worker's connection, or one of the tab's own while the worker is not available. */
class SharedConnection {
  #connection: StreamConnection | undefined;
  /** The worker, until it has answered; this tab has a connection of its own meanwhile. */
  #joining: StreamConnection | undefined;
  #timer: Timer | undefined;

  constructor(
    private readonly url: string,
    private readonly onUpdate: (update: StreamUpdate) => void,
  ) {}

  start(): void {
    // A page restored from the back/forward cache gets two events: resume and pageshow.
    this.stop();
    this.#connection = joinWorker(this.url, this.onUpdate, {
      unavailable: () => this.#connectAlone(),
      late: () => this.#connectForNow(),
      died: () => this.restart(),
    });
    if (!this.#connection) this.#connectAlone();
  }

  /** Reports an interruption, because something may have happened meanwhile. */
  restart(): void {
    this.onUpdate({ open: false, events: [] });
    this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#joining?.close();
    this.#joining = undefined;
    this.#connection?.close();
    this.#connection = undefined;
  }

  wake(): void {
    this.#connection?.wake();
  }

  reconnect(): void {
    this.#connection?.reconnect();
  }

  #connectAlone(): void {
    const address = () => this.url + streamQuery(followedPlace());
    this.#connection = openLiveSource(address, this.onUpdate);
  }

  #connectForNow(): void {
    this.#connectAlone();
    this.#rejoinLater();
  }

  #rejoinLater(): void {
    this.#timer = setTimeout(() => this.#rejoin(), ALONE_MS);
  }

  #rejoin(): void {
    this.#joining = joinWorker(this.url, (update) => this.#switchToWorker(update), {
      unavailable: () => {
        this.#joining = undefined;
      },
      late: () => this.#rejoinLater(),
      died: () => this.restart(),
    });
  }

  /** The tab's own connection is kept until the worker's first update. */
  #switchToWorker(update: StreamUpdate): void {
    if (this.#joining) {
      this.#connection?.close();
      this.#connection = this.#joining;
      this.#joining = undefined;
    }
    this.onUpdate(update);
  }
}

/** A page in the back/forward cache, or frozen in the background, holds no connection. */
function followPage(connection: SharedConnection, signal: AbortSignal): void {
  const stop = () => connection.stop();
  const restart = () => connection.restart();
  addEventListener('pagehide', stop, { signal });
  window.addEventListener('pageshow', ({ persisted }) => persisted && restart(), { signal });
  document.addEventListener('freeze', stop, { signal });
  document.addEventListener('resume', restart, { signal });
  addEventListener('online', () => connection.reconnect(), { signal });
  const wakeIfVisible = () => !document.hidden && connection.wake();
  document.addEventListener('visibilitychange', wakeIfVisible, { signal });
}
