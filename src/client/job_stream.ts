import { expectSuccess, type SendRequest } from './api.ts';
import { type ClientClock, clientClock } from './clock.ts';
import { RequestError } from './errors.ts';
import { eventsOf, type ServerEvent } from './event_reader.ts';
import type { JobStep, ServerJob } from './job_state.ts';
import { retryDelay } from './retry_delay.ts';

/** The stream of named jobs. */
const PATH = 'api/jobs/stream/jobs';

/** More ids than this are sent by POST: a URL and the headers have to fit into 16 KB. */
const MAX_IN_URL = 100;

/** Longer than any id, in characters. */
const MAX_ID_LENGTH = 200;

/** How long to collect changes to the set of jobs before the stream is opened again, in ms. */
const SETTLE_MS = 20;

/** The server sends a heartbeat every 20 s; without one for this long the connection is dead, in ms. */
const DEAD_AFTER_MS = 45_000;

/** An update of one job. */
export type JobUpdate =
  | { job: ServerJob; steps: JobStep[] }
  /** There is no such job. */
  | 'not_found'
  /** The server refuses the stream, and a retry would not help. */
  | RequestError;

type Listener = (update: JobUpdate) => void;

interface Followed {
  listeners: Set<Listener>;
  /** The last update, for new listeners. */
  last?: JobUpdate;
}

/**
 * Streams many jobs over one connection, which is open only while there are listeners to a job that
 * has not ended.
 */
export interface JobStream {
  /** Calls `listener` with the current state of a job and after every change, until released. */
  follow(id: string, listener: Listener): () => void;
  /** An ended job is active again: listeners get this state, and follow the job once more. */
  resume(update: { job: ServerJob; steps: JobStep[] }): void;
}

/**
 * Opens the stream again when jobs are added, and when it breaks or falls silent. Each connection starts
 * with the current state of every job, so nothing is missed.
 */
export function createJobStream(send: SendRequest, clock: ClientClock = clientClock): JobStream {
  const stream = new ReconnectingStream(send, clock);
  return {
    follow: (id, listener) => stream.follow(id, listener),
    resume: (update) => stream.resume(update),
  };
}

const FINAL: readonly ServerJob['status'][] = ['completed', 'failed', 'cancelled'];

/** Whether the job can no longer change, unless it is retried. */
function isLast(update: JobUpdate | undefined): boolean {
  if (update === undefined || update instanceof RequestError) return false;
  return update === 'not_found' || FINAL.includes(update.job.status);
}

class ReconnectingStream implements JobStream {
  readonly #followed = new Map<string, Followed>();
  /** The ids of the open connection. */
  #subscribed = new Set<string>();
  #connection: AbortController | undefined;
  #failures = 0;
  #isAdjusting = false;
  #cancelRetry: (() => void) | undefined;

  constructor(
    private readonly send: SendRequest,
    private readonly clock: ClientClock,
  ) {}

  follow(id: string, listener: Listener): () => void {
    // An id that makes the URL too long would fail the stream of all others.
    if (id === '' || id.length > MAX_ID_LENGTH) {
      listener('not_found');
      return () => {};
    }
    const entry = this.#followed.get(id) ?? { listeners: new Set() };
    this.#followed.set(id, entry);
    entry.listeners.add(listener);
    this.#adjustSoon();
    if (entry.last) listener(entry.last);
    return () => {
      entry.listeners.delete(listener);
      if (entry.listeners.size === 0) this.#adjustSoon();
    };
  }

  resume(update: { job: ServerJob; steps: JobStep[] }): void {
    this.#notify(update.job.id, update);
    this.#adjustSoon();
  }

  #adjustSoon(): void {
    if (this.#isAdjusting) return;
    this.#isAdjusting = true;
    this.clock.after(SETTLE_MS, () => {
      this.#isAdjusting = false;
      this.#adjust();
    });
  }

  #adjust(): void {
    for (const [id, { listeners }] of this.#followed) if (listeners.size === 0) this.#forget(id);
    const active = [...this.#followed].filter(([, { last }]) => !isLast(last));
    const isMissing = active.some(([id]) => !this.#subscribed.has(id));
    if (active.length === 0) this.#close();
    // A pending retry will subscribe to all of them.
    else if (isMissing && !this.#cancelRetry) this.#open();
  }

  /** The open connection keeps sending the job, which costs less than a new connection. */
  #forget(id: string): void {
    this.#followed.delete(id);
    this.#subscribed.delete(id);
  }

  #close(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#connection?.abort();
    this.#connection = undefined;
    this.#subscribed = new Set();
    this.#failures = 0;
  }

  #open(): void {
    this.#connection?.abort();
    this.#cancelRetry = undefined;
    this.#subscribed = new Set(this.#followed.keys());
    const connection = new AbortController();
    this.#connection = connection;
    void this.#read(connection).then(
      () => this.#ended(connection, undefined),
      (error) => this.#ended(connection, error),
    );
  }

  async #read(connection: AbortController): Promise<void> {
    const onBytes = this.#watchSilence(connection);
    const response = await this.#request([...this.#subscribed], connection.signal);
    const { body } = await expectSuccess(response);
    if (!body) return;
    for await (const event of eventsOf(body, onBytes)) {
      if (this.#connection !== connection) return;
      this.#failures = 0;
      this.#receive(event);
    }
  }

  #request(ids: string[], signal: AbortSignal): Promise<Response> {
    // Errors are JSON.
    const accept = 'text/event-stream, application/json';
    if (ids.length <= MAX_IN_URL) {
      const query = new URLSearchParams(ids.map((id) => ['job', id]));
      return this.send(`${PATH}?${query}`, { accept, signal });
    }
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ jobs: ids });
    return this.send(PATH, { method: 'POST', accept, headers, body, signal });
  }

  /** Ends a connection that is silent for too long. @returns a function to call when bytes arrive. */
  #watchSilence(connection: AbortController): () => void {
    const { elapsed, after } = this.clock;
    let lastBytesAt = elapsed();
    const check = () => {
      const left = lastBytesAt + DEAD_AFTER_MS - elapsed();
      if (left > 0) stop = after(left, check);
      else this.#ended(connection, undefined);
    };
    let stop = after(DEAD_AFTER_MS, check);
    connection.signal.addEventListener('abort', () => stop());
    return () => {
      lastBytesAt = elapsed();
    };
  }

  #receive({ type, data }: ServerEvent): void {
    if (type === 'job') {
      const { job, steps } = JSON.parse(data) as { job: ServerJob; steps: JobStep[] };
      this.#notify(job.id, { job, steps });
    } else if (type === 'progress') {
      const { id, progress } = JSON.parse(data) as Pick<ServerJob, 'id' | 'progress'>;
      const last = this.#followed.get(id)?.last;
      if (typeof last === 'object' && 'job' in last) {
        this.#notify(id, { ...last, job: { ...last.job, progress } });
      }
    } else if (type === 'not_found') {
      this.#notify((JSON.parse(data) as { id: string }).id, 'not_found');
    }
  }

  #notify(id: string, update: JobUpdate): void {
    const entry = this.#followed.get(id);
    if (!entry) return;
    entry.last = update;
    for (const listener of [...entry.listeners]) listener(update);
    if (isLast(update)) this.#adjustSoon();
  }

  #ended(connection: AbortController, error: unknown): void {
    connection.abort();
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#subscribed = new Set();
    if ([...this.#followed.values()].every(({ last }) => isLast(last))) return;
    if (error instanceof RequestError && !error.isTemporary) this.#refuse(error);
    else this.#retryLater(error instanceof RequestError ? (error.retryAfterSeconds ?? 0) : 0);
  }

  #refuse(error: RequestError): void {
    this.#failures = 0;
    for (const id of [...this.#followed.keys()]) this.#notify(id, error);
  }

  #retryLater(retryAfterSeconds: number): void {
    const { after, random } = this.clock;
    const delay = Math.max(retryAfterSeconds * 1000, retryDelay(this.#failures, random()));
    this.#cancelRetry = after(delay, () => this.#open());
    this.#failures++;
  }
}
