import type { Clock } from '../platform/clock.ts';
import { keepAliveClock } from '../platform/clock.ts';
import type { StreamUpdate } from './stream_messages.ts';

/** The server ends every silence after 20 s with a `beat`; without one the connection is lost, in ms. */
const DEAD_AFTER_MS = 45_000;

/** The same when the page has just become visible: one beat is missing. */
const DOUBTFUL_AFTER_MS = 25_000;

/** A request without an answer is sent again after this, in ms. */
const NO_ANSWER_MS = 10_000;

/** How often the connection is checked, in ms. */
const CONNECTION_POLL_MS = 5_000;

/** A check that is this late means that the machine slept: its connections are lost. */
const SLEPT_MS = 30_000;

/** Every tab reports that the machine is online again; only the first report counts. */
const JUST_OPENED_MS = 1_000;

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 2_000;

/** What a tab gets the stream from: a connection of its own, or the worker. */
export interface StreamConnection {
  /** Ends it. No further update is reported. */
  close(): void;
  /** The page has become visible: reconnects at once when the connection is missing or doubtful. */
  wake(): void;
  /** The open connection may be lost: reconnects. */
  reconnect(): void;
}

/** A connection of its own, whose address may change while it is open. */
export interface LiveSource extends StreamConnection {
  /** The address has changed: reconnects there without reporting an interruption. */
  move(): void;
}

/** As much of an `EventSource` as is used here. */
export interface RawSource {
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(type: string, listener: (event: Event) => void): void;
  close(): void;
}

/** What the browser provides, as an argument, so that a test can control it. */
interface BrowserEnvironment extends Pick<Clock, 'now' | 'after'> {
  open(url: string): RawSource;
  random(): number;
}

const BROWSER: BrowserEnvironment = {
  ...keepAliveClock,
  open: (url) => new EventSource(url),
  random: Math.random,
};

/**
 * A connection to the stream that reconnects whenever it breaks, falls silent, or may have been lost
 * while the machine slept. Each new connection begins with the whole state, so nothing is missed.
 * @param address called for each connection: the address says how much of which logs the page has.
 */
export function openLiveSource(
  address: () => string,
  onUpdate: (update: StreamUpdate) => void,
  { open, now, after, random }: BrowserEnvironment = BROWSER,
): LiveSource {
  let source: RawSource | undefined;
  let isOpen = false;
  let failures = 0;
  let openedAt = now();
  let receivedAt = now();
  let checkedAt = now();
  let cancelRetry = () => {};
  let cancelCheck = after(CONNECTION_POLL_MS, check);
  connect();

  function connect(): void {
    drop();
    begin();
  }

  function begin(): void {
    openedAt = receivedAt = now();
    source = open(address());
    source.onopen = () => setOpen(true);
    source.onerror = retry;
    for (const type of ['jobs', 'job', 'log', 'beat']) source.addEventListener(type, receive);
  }

  function receive(event: Event): void {
    const { type, data, lastEventId } = event as MessageEvent<string>;
    receivedAt = now();
    failures = 0;
    if (type !== 'beat') onUpdate({ open: true, events: [{ type, data, lastEventId }] });
  }

  /** The browser's own retries differ, and some answers end them. */
  function retry(): void {
    drop();
    const delay = retryDelay(failures, random());
    failures++;
    cancelRetry = after(delay, connect);
  }

  function drop(): void {
    cancelRetry();
    source?.close();
    source = undefined;
    setOpen(false);
  }

  function setOpen(value: boolean): void {
    if (value === isOpen) return;
    isOpen = value;
    onUpdate({ open: isOpen, events: [] });
  }

  function check(): void {
    const time = now();
    const slept = time - checkedAt > SLEPT_MS;
    checkedAt = time;
    cancelCheck = after(CONNECTION_POLL_MS, check);
    if (slept || (source && silence() > (isOpen ? DEAD_AFTER_MS : NO_ANSWER_MS))) connect();
  }

  function silence(): number {
    return now() - receivedAt;
  }

  return {
    close() {
      cancelCheck();
      isOpen = false;
      drop();
    },
    wake() {
      if (!source || silence() > DOUBTFUL_AFTER_MS) connect();
    },
    reconnect() {
      if (!source || now() - openedAt > JUST_OPENED_MS) connect();
    },
    move() {
      // A retry that is scheduled uses the new address.
      if (!source) return;
      source.close();
      begin();
    },
  };
}

/**
 * How long to wait after this many failures, in ms. `chance` (0 to 1) spreads the clients of a
 * restarted server over two seconds.
 */
export function retryDelay(failures: number, chance: number): number {
  const delay = Math.min(FIRST_RETRY_MS * 2 ** failures, MAX_RETRY_MS);
  return delay * (0.5 + chance);
}
