import type { StreamNews } from './stream_messages.ts';

/** The server ends every silence after 20 s with a `beat`; without one the line is dead, in ms. */
const DEAD_AFTER_MS = 45_000;

/** The same for somebody who looks at the page now: one beat is missing. */
const DOUBTFUL_AFTER_MS = 25_000;

/** An address that does not answer at all is asked again after this, in ms. */
const NO_ANSWER_MS = 10_000;

const LOOK_MS = 5_000;

/** A look that is this late was held up by a machine that slept: its connections are gone. */
const SLEPT_MS = 30_000;

/** Every tab tells that its machine is online again, and the first one is enough. */
const JUST_BEGUN_MS = 1_000;

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 2_000;

/** What brings a stream, whether this tab's own connection or the worker. */
export interface Supply {
  /** Tells nothing more. */
  close(): void;
  /** Somebody looks: does not wait any longer for a connection that is missing or doubtful. */
  wake(): void;
  /** What is open may be dead: starts afresh. */
  reconnect(): void;
}

/** A connection of its own, whose address may change while it is open. */
export interface LiveSource extends Supply {
  /** The address has changed: opens the connection under the new one, and tells nobody of a break. */
  move(): void;
}

/** As much of an `EventSource` as is used here. */
export interface RawSource {
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(type: string, listener: (event: Event) => void): void;
  close(): void;
}

/** What the browser gives; a test gives its own. */
export interface Surroundings {
  open(url: string): RawSource;
  now(): number;
  /** Returns what takes it back. */
  after(ms: number, run: () => void): () => void;
  random(): number;
}

const BROWSER: Surroundings = {
  open: (url) => new EventSource(url),
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/**
 * One connection to the stream that is opened again whenever it breaks, falls silent, or may have
 * died in a sleep. Every new one begins with the whole state, so nothing has to be caught up.
 * @param address asked for each new connection: it says how much of which logs there is already.
 */
export function openLiveSource(
  address: () => string,
  tell: (news: StreamNews) => void,
  { open, now, after, random }: Surroundings = BROWSER,
): LiveSource {
  let source: RawSource | undefined;
  let isOpen = false;
  let failures = 0;
  let begunAt = now();
  let heardAt = now();
  let lookedAt = now();
  let cancelRetry = () => {};
  let cancelLook = after(LOOK_MS, look);
  connect();

  function connect(): void {
    drop();
    begin();
  }

  function begin(): void {
    begunAt = heardAt = now();
    source = open(address());
    source.onopen = () => setOpen(true);
    source.onerror = retry;
    for (const type of ['jobs', 'job', 'log', 'beat']) source.addEventListener(type, hear);
  }

  function hear(event: Event): void {
    const { type, data, lastEventId } = event as MessageEvent<string>;
    heardAt = now();
    failures = 0;
    if (type !== 'beat') tell({ open: true, events: [{ type, data, lastEventId }] });
  }

  /** Its own retries differ between browsers, and some answers end them. */
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
    tell({ open: isOpen, events: [] });
  }

  function look(): void {
    const time = now();
    const slept = time - lookedAt > SLEPT_MS;
    lookedAt = time;
    cancelLook = after(LOOK_MS, look);
    if (slept || (source && silence() > (isOpen ? DEAD_AFTER_MS : NO_ANSWER_MS))) connect();
  }

  function silence(): number {
    return now() - heardAt;
  }

  return {
    close() {
      cancelLook();
      isOpen = false;
      drop();
    },
    wake() {
      if (!source || silence() > DOUBTFUL_AFTER_MS) connect();
    },
    reconnect() {
      if (!source || now() - begunAt > JUST_BEGUN_MS) connect();
    },
    move() {
      // One that waits for its next attempt asks for the address then.
      if (!source) return;
      source.close();
      begin();
    },
  };
}

/**
 * How long to wait after so many failures, in ms. `chance` (0 to 1) spreads the clients of a
 * server that comes back over two seconds.
 */
export function retryDelay(failures: number, chance: number): number {
  const delay = Math.min(FIRST_RETRY_MS * 2 ** failures, MAX_RETRY_MS);
  return delay * (0.5 + chance);
}
