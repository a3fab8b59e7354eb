import type { AsSent } from '../jobs/as_sent.ts';
import type { Job } from '../jobs/job.ts';
import { expectSuccess, type SendRequest } from './api.ts';
import { type ClientClock, clientClock } from './clock.ts';
import { RequestError } from './errors.ts';
import { eventsOf, type ServerEvent } from './event_reader.ts';
import type { InputOf, JobId, JobType, OutputOf } from './job_types.ts';
import { retryDelay } from './retry_delay.ts';

/** The feed of all jobs. */
const PATH = 'api/jobs/events';

/** The server sends a heartbeat every 20 s; without one for this long the connection is dead, in ms. */
const DEAD_AFTER_MS = 45_000;

export interface WatchOptions<Type extends JobType = JobType> {
  /** Only jobs of this type. */
  type?: Type;
  /** Only jobs of this session. */
  session?: string;
  /** The `id` of an event: only what came after it. By default the active jobs come first. */
  after?: string;
  /** Ends the iteration. The jobs continue. */
  signal?: AbortSignal;
}

/** A job as `GET /api/jobs` lists it. Times are ISO 8601 texts in UTC; long texts are cut. */
export type WatchedJob<Type extends JobType = JobType> = {
  [Each in Type]: AsSent<Omit<Job, 'id' | 'type' | 'metadata' | 'result'>> & {
    id: JobId<Each>;
    type: Each;
    /** The input. */
    metadata?: Partial<InputOf<Each>>;
    result?: OutputOf<Each>;
  };
}[Type];

/** What happened. `id` is the place in the feed: pass it as `after` to continue there later. */
export type WatchEvent<Type extends JobType = JobType> =
  /** A job that was active at the start, or that has changed or progressed: its newest state. */
  | { event: 'job.upsert'; job: WatchedJob<Type>; id: string }
  | { event: 'job.deleted'; jobId: JobId<Type>; id: string }
  /** All jobs that were active at the start have been given. */
  | { event: 'feed.ready'; id: string }
  /**
   * What came after the last event is not known any more. Forget all jobs: those that are active
   * follow, as at the start. Those that do not follow have ended or were deleted meanwhile.
   */
  | { event: 'feed.reset'; id: string };

export type Watch = <Type extends JobType = JobType>(
  options?: WatchOptions<Type>,
) => AsyncGenerator<WatchEvent<Type>, void, void>;

/**
 * Iterates over everything that happens to jobs, without a gap and without a repeat, also when the
 * connection breaks or the server restarts. A loop that is slow gets newer states, not more events.
 * It reconnects until it is left or the signal aborts.
 * @throws RequestError when the server refuses it and waiting would not help; the reason of an abort.
 */
export function createWatch(
  send: SendRequest,
  signal: AbortSignal | undefined,
  clock: ClientClock = clientClock,
): Watch {
  return async function* watch({ type, session, after, signal: own } = {}) {
    const ends = AbortSignal.any([signal, own].filter((each) => each !== undefined));
    const query = new URLSearchParams();
    if (type) query.set('type', type);
    if (session) query.set('session', session);
    const feed = new FeedReader(send, `${PATH}?${query}`, after, clock);
    let failures = 0;
    for (;;) {
      try {
        for await (const event of feed.read(ends)) {
          failures = 0;
          const known = parsed(event);
          if (known) yield known as never;
        }
        await pause(clock, retryDelay(failures++, clock.random()), ends);
      } catch (error) {
        ends.throwIfAborted();
        if (error instanceof RequestError && !error.isTemporary) throw error;
        const asked = error instanceof RequestError ? (error.retryAfterSeconds ?? 0) : 0;
        const delay = Math.max(asked * 1_000, retryDelay(failures++, clock.random()));
        await pause(clock, delay, ends);
      }
    }
  };
}

/** Reads one connection after another, each from where the last one ended. */
class FeedReader {
  constructor(
    private readonly send: SendRequest,
    private readonly path: string,
    private last: string | undefined,
    private readonly clock: ClientClock,
  ) {}

  async *read(signal: AbortSignal): AsyncGenerator<ServerEvent> {
    signal.throwIfAborted();
    const connection = new AbortController();
    const events = this.#connect(AbortSignal.any([signal, connection.signal]));
    try {
      for (;;) {
        // Only while it waits: a loop that takes its time does not read.
        const stop = this.clock.after(DEAD_AFTER_MS, () => connection.abort());
        const { done, value } = await events.next().finally(stop);
        if (done) return;
        if (value.id !== undefined) this.last = value.id;
        yield value;
      }
    } finally {
      connection.abort();
      // The reader's own error is that of the abort.
      await events.return(undefined).catch(() => {});
    }
  }

  async *#connect(signal: AbortSignal): AsyncGenerator<ServerEvent> {
    const response = await this.send(this.path, {
      // Errors are JSON.
      accept: 'text/event-stream, application/json',
      headers: this.last === undefined ? {} : { 'last-event-id': this.last },
      signal,
    });
    const { body } = await expectSuccess(response);
    if (body) yield* eventsOf(body, () => {});
  }
}

function parsed({ type, data, id = '' }: ServerEvent): WatchEvent | undefined {
  switch (type) {
    case 'job.upsert':
      return { event: type, job: JSON.parse(data) as WatchedJob, id };
    case 'job.deleted':
      return { event: type, jobId: JSON.parse(data).id as JobId<JobType>, id };
    case 'feed.ready':
    case 'feed.reset':
      return { event: type, id };
    default:
      return undefined;
  }
}

/** @throws the reason of an abort. */
async function pause(clock: ClientClock, ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = clock.after(ms, resolve);
    signal.addEventListener('abort', () => {
      stop();
      resolve();
    });
  });
  signal.throwIfAborted();
}
