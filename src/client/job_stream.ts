import { type Ask, expectSuccess } from './api.ts';
import { type ClientClock, clientClock } from './clock.ts';
import { RequestError } from './errors.ts';
import { eventsOf, type ServerEvent } from './event_reader.ts';
import type { JobStep, ServerJob } from './job_state.ts';
import { retryDelay } from './retry_delay.ts';

/** Where the server tells of the jobs that are named. */
const ADDRESS = 'api/jobs/stream/jobs';

/** More ids than this are posted: an address has to fit 16 KB with everything around it. */
const MAX_IN_ADDRESS = 100;

/** Longer than any id there is, in characters. */
const MAX_ID_LENGTH = 200;

/** How long a changed set of jobs may change further before the stream is opened anew, in ms. */
const SETTLE_MS = 20;

/** The server ends every silence after 20 s; after this one the line is dead, in ms. */
const DEAD_AFTER_MS = 45_000;

/** What is heard of one job. */
export type JobNews =
  | { job: ServerJob; steps: JobStep[] }
  /** There is no such job. */
  | 'not_found'
  /** The server will not tell; asking again would not help. */
  | RequestError;

type Listener = (news: JobNews) => void;

interface Followed {
  listeners: Set<Listener>;
  /** What was heard last, for those who join. */
  last?: JobNews;
}

/** Tells of many jobs over one connection, which is open only while somebody listens. */
export interface JobStream {
  /** Calls `listener` with what is true of that job, and after every change, until released. */
  follow(id: string, listener: Listener): () => void;
}

/**
 * Opened anew when jobs are added, and by itself whenever it breaks or falls silent: each new
 * connection begins with what is true of every job, so nothing has to be caught up.
 */
export function createJobStream(
  ask: Ask,
  { elapsed, after, random }: ClientClock = clientClock,
): JobStream {
  const followed = new Map<string, Followed>();
  /** Those of them that the open connection tells of. */
  let told = new Set<string>();
  let connection: AbortController | undefined;
  let failures = 0;
  let isAdjusting = false;
  let cancelRetry: (() => void) | undefined;

  function follow(id: string, listener: Listener): () => void {
    // One that makes the address too long would take all others with it.
    if (id === '' || id.length > MAX_ID_LENGTH) {
      listener('not_found');
      return () => {};
    }
    const entry = followed.get(id) ?? { listeners: new Set() };
    followed.set(id, entry);
    entry.listeners.add(listener);
    adjustSoon();
    if (entry.last) listener(entry.last);
    return () => {
      entry.listeners.delete(listener);
      if (entry.listeners.size === 0) adjustSoon();
    };
  }

  function adjustSoon(): void {
    if (isAdjusting) return;
    isAdjusting = true;
    after(SETTLE_MS, () => {
      isAdjusting = false;
      adjust();
    });
  }

  function adjust(): void {
    for (const [id, { listeners }] of followed) if (listeners.size === 0) forget(id);
    const isMissing = [...followed.keys()].some((id) => !told.has(id));
    if (followed.size === 0) close();
    // What waits to be opened again will ask for all of them.
    else if (isMissing && !cancelRetry) open();
  }

  /** An open connection goes on telling of it, which costs less than a new one. */
  function forget(id: string): void {
    followed.delete(id);
    told.delete(id);
  }

  function close(): void {
    cancelRetry?.();
    cancelRetry = undefined;
    connection?.abort();
    connection = undefined;
    told = new Set();
    failures = 0;
  }

  function open(): void {
    connection?.abort();
    cancelRetry = undefined;
    told = new Set(followed.keys());
    const opened = new AbortController();
    connection = opened;
    void read(opened).then(
      () => ended(opened, undefined),
      (error) => ended(opened, error),
    );
  }

  async function read(opened: AbortController): Promise<void> {
    const heard = watchSilence(opened);
    const response = await expectSuccess(await askFor([...told], opened.signal));
    if (!response.body) return;
    for await (const event of eventsOf(response.body, heard)) {
      if (connection !== opened) return;
      failures = 0;
      hear(event);
    }
  }

  function askFor(ids: string[], signal: AbortSignal): Promise<Response> {
    // A refusal comes as JSON.
    const accept = 'text/event-stream, application/json';
    if (ids.length <= MAX_IN_ADDRESS) {
      const query = new URLSearchParams(ids.map((id) => ['job', id]));
      return ask(`${ADDRESS}?${query}`, { accept, signal });
    }
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ jobs: ids });
    return ask(ADDRESS, { method: 'POST', accept, headers, body, signal });
  }

  /** Gives it up when nothing was heard for too long. @returns what to call when something was. */
  function watchSilence(opened: AbortController): () => void {
    let heardAt = elapsed();
    let stop = after(DEAD_AFTER_MS, look);
    opened.signal.addEventListener('abort', () => stop());
    function look(): void {
      const left = heardAt + DEAD_AFTER_MS - elapsed();
      if (left > 0) stop = after(left, look);
      else ended(opened, undefined);
    }
    return () => {
      heardAt = elapsed();
    };
  }

  function hear({ type, data }: ServerEvent): void {
    if (type === 'job') {
      const { job, steps } = JSON.parse(data) as { job: ServerJob; steps: JobStep[] };
      tell(job.id, { job, steps });
    } else if (type === 'progress') {
      const { id, progress } = JSON.parse(data) as Pick<ServerJob, 'id' | 'progress'>;
      const last = followed.get(id)?.last;
      if (typeof last === 'object' && 'job' in last) {
        tell(id, { ...last, job: { ...last.job, progress } });
      }
    } else if (type === 'not_found') {
      tell((JSON.parse(data) as { id: string }).id, 'not_found');
    }
  }

  function tell(id: string, news: JobNews): void {
    const entry = followed.get(id);
    if (!entry) return;
    entry.last = news;
    for (const listener of [...entry.listeners]) listener(news);
  }

  function ended(opened: AbortController, error: unknown): void {
    opened.abort();
    if (connection !== opened) return;
    connection = undefined;
    told = new Set();
    if (error instanceof RequestError && !error.isPassing) refuse(error);
    else retryLater(error instanceof RequestError ? (error.retryAfterSeconds ?? 0) : 0);
  }

  function refuse(error: RequestError): void {
    failures = 0;
    for (const id of [...followed.keys()]) tell(id, error);
  }

  function retryLater(askedSeconds: number): void {
    const delay = Math.max(askedSeconds * 1000, retryDelay(failures, random()));
    cancelRetry = after(delay, open);
    failures++;
  }

  return { follow };
}
