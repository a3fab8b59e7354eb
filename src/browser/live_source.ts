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

/** `EventSource.CLOSED`: the server has answered, with something else than a stream. */
const CLOSED = 2;

const UNAUTHORISED = 401;

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
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(type: string, listener: (event: Event) => void): void;
  close(): void;
}

/** What the browser provides, as an argument, so that a test can control it. */
interface BrowserEnvironment extends Pick<Clock, 'now' | 'after'> {
  open(url: string): RawSource;
  /** The status of an answer to this URL, which an `EventSource` does not tell. */
  status(url: string): Promise<number>;
  random(): number;
}

const BROWSER: BrowserEnvironment = {
  ...keepAliveClock,
  open: (url) => new EventSource(url),
  status: async (url) => (await fetch(url, { method: 'HEAD' })).status,
  random: Math.random,
};

/**
 * A connection to the stream that reconnects whenever it breaks, falls silent, or may have been lost
 * while the machine slept. Each new connection begins with the whole state, so nothing is missed. When
 * the sign-in has ended, it reports that too.
 * @param address called for each connection: the address says how much of which logs the page has.
 */
export function openLiveSource(
  address: () => string,
  onUpdate: (update: StreamUpdate) => void,
  environment: BrowserEnvironment = BROWSER,
): LiveSource {
  return new ReconnectingSource(address, onUpdate, environment);
}

class ReconnectingSource implements LiveSource {
  #source: RawSource | undefined;
  #isOpen = false;
  #failures = 0;
  #openedAt: number;
  #receivedAt: number;
  #checkedAt: number;
  #cancelRetry = () => {};
  #cancelCheck: () => void;

  constructor(
    private readonly address: () => string,
    private onUpdate: (update: StreamUpdate) => void,
    private readonly environment: BrowserEnvironment,
  ) {
    this.#openedAt = this.#receivedAt = this.#checkedAt = environment.now();
    this.#cancelCheck = this.#scheduleCheck();
    this.#connect();
  }

  close(): void {
    this.#cancelCheck();
    this.onUpdate = () => {};
    this.#drop();
  }

  wake(): void {
    if (!this.#source || this.#silence() > DOUBTFUL_AFTER_MS) this.#connect();
  }

  reconnect(): void {
    const age = this.environment.now() - this.#openedAt;
    if (!this.#source || age > JUST_OPENED_MS) this.#connect();
  }

  move(): void {
    // A retry that is scheduled uses the new address.
    if (!this.#source) return;
    this.#source.close();
    this.#open();
  }

  #connect(): void {
    this.#drop();
    this.#open();
  }

  #open(): void {
    this.#openedAt = this.#receivedAt = this.environment.now();
    const source = this.environment.open(this.address());
    this.#source = source;
    source.onopen = () => this.#setOpen(true);
    source.onerror = () => {
      if (source.readyState === CLOSED) void this.#reportRefusal();
      this.#retry();
    };
    const receive = (event: Event) => this.#receive(event as MessageEvent<string>);
    for (const type of ['jobs', 'job', 'log', 'beat']) source.addEventListener(type, receive);
  }

  #receive({ type, data, lastEventId }: MessageEvent<string>): void {
    this.#receivedAt = this.environment.now();
    this.#failures = 0;
    if (type !== 'beat') this.onUpdate({ open: true, events: [{ type, data, lastEventId }] });
  }

  async #reportRefusal(): Promise<void> {
    // No answer is no refusal.
    const status = await this.environment.status(this.address()).catch(() => 0);
    if (status === UNAUTHORISED && !this.#isOpen) this.onUpdate({ open: null, events: [] });
  }

  /** The browser's own retries differ, and some answers end them. */
  #retry(): void {
    this.#drop();
    const delay = retryDelay(this.#failures, this.environment.random());
    this.#failures++;
    this.#cancelRetry = this.environment.after(delay, () => this.#connect());
  }

  #drop(): void {
    this.#cancelRetry();
    this.#source?.close();
    this.#source = undefined;
    this.#setOpen(false);
  }

  #setOpen(isOpen: boolean): void {
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    this.onUpdate({ open: isOpen, events: [] });
  }

  #scheduleCheck(): () => void {
    return this.environment.after(CONNECTION_POLL_MS, () => this.#check());
  }

  #check(): void {
    const now = this.environment.now();
    const slept = now - this.#checkedAt > SLEPT_MS;
    this.#checkedAt = now;
    this.#cancelCheck = this.#scheduleCheck();
    const longest = this.#isOpen ? DEAD_AFTER_MS : NO_ANSWER_MS;
    if (slept || (this.#source && this.#silence() > longest)) this.#connect();
  }

  #silence(): number {
    return this.environment.now() - this.#receivedAt;
  }
}

/**
 * How long to wait after this many failures, in ms. `chance` (0 to 1) spreads the clients of a
 * restarted server over two seconds.
 */
export function retryDelay(failures: number, chance: number): number {
  const delay = Math.min(FIRST_RETRY_MS * 2 ** failures, MAX_RETRY_MS);
  return delay * (0.5 + chance);
}
