import { Elysia } from 'elysia';
import type { Job, JobStep } from '../../jobs/index.ts';
import { abridge } from '../../text/abridge.ts';
import { toldJob } from '../../text/abridged_job.ts';
import { JOBS_STREAM, MANY_JOBS_STREAM } from '../contract/streams.ts';
import type { WebDeps } from '../deps.ts';
import { accessSignalOf } from '../http/authenticate.ts';
import { Problem } from '../http/problem.ts';
import { refuseTooMany } from '../routes/streams.ts';
import { eventStream } from './sse.ts';

/** Most jobs that one stream may tell of. */
const MAX_JOBS = 10_000;

/** Jobs told of in one piece: a long list must not hold up everything else. */
const PIECE = 100;

/** Time between two pieces of progress, in ms: twenty a second. */
const PROGRESS_MS = 50;

const ADDRESS = '/api/jobs/stream/jobs';

const encoder = new TextEncoder();

/** The jobs that a program names, as JSON events over one connection. */
export function trackedStream(services: WebDeps) {
  return new Elysia({ name: 'tracked_stream' })
    .get(
      ADDRESS,
      ({ request, server }) => {
        const ids = checked(new URL(request.url).searchParams.getAll('job'));
        refuseTooMany(services);
        // Bun ends a quiet connection after 10 s.
        server?.timeout(request, 0);
        return follow(services, request, ids);
      },
      JOBS_STREAM,
    )
    .post(
      ADDRESS,
      ({ request, server, body }) => {
        const ids = checked(body.jobs);
        refuseTooMany(services);
        server?.timeout(request, 0);
        return follow(services, request, ids);
      },
      MANY_JOBS_STREAM,
    );
}

function checked(ids: unknown): string[] {
  const isText = (id: unknown) => typeof id === 'string';
  if (Array.isArray(ids) && ids.length > 0 && ids.length <= MAX_JOBS && ids.every(isText)) {
    return ids;
  }
  const most = MAX_JOBS.toLocaleString('en');
  throw new Problem(422, 'invalid_input', 'Which jobs to follow is not clear.', {
    details: {
      jobs: `Name 1 to ${most} jobs by their ids: ?job=…&job=…, or post { "jobs": [ … ] }.`,
    },
  });
}

/**
 * First what is true of each job, then each change of status at once and progress every 50 ms. What
 * a slow reader has not been told yet is kept as ids: it gets what is true by then.
 */
function follow(
  { tracker, live, vitals }: WebDeps,
  request: Request,
  ids: readonly string[],
): Response {
  const { feed } = tracker;
  const followed = new Set(ids);
  /** Jobs to be told of as a whole, and those of which only the progress moved. */
  const changed = new Set(followed);
  const moved = new Set<string>();
  let cursor = feed.frame;
  let toldProgressAt = Number.NEGATIVE_INFINITY;
  let wakeLater: Timer | undefined;
  let wake = () => {};

  function catchUp(): void {
    const change = feed.since(cursor);
    cursor = feed.frame;
    for (const id of change ? among(change.cards) : followed) changed.add(id);
    for (const id of change ? among(change.progressed) : []) moved.add(id);
  }

  function among(these: ReadonlySet<string>): ReadonlySet<string> {
    return followed.intersection(these);
  }

  function nextChanged(): string {
    return take(changed, PIECE)
      .map((id) => {
        moved.delete(id);
        const job = tracker.getJob(id);
        return job ? jobEvent(job, tracker.reader.stepsOf(id)) : event('not_found', { id });
      })
      .join('');
  }

  function nextMoved(): string {
    const wait = toldProgressAt + PROGRESS_MS - performance.now();
    if (wait > 0) {
      clearTimeout(wakeLater);
      wakeLater = setTimeout(() => wake(), wait);
      return '';
    }
    toldProgressAt = performance.now();
    return take(moved, PIECE)
      .map((id) => {
        const job = tracker.getJob(id);
        return job ? event('progress', { id, progress: job.progress }) : '';
      })
      .join('');
  }

  return eventStream(request, accessSignalOf(request), {
    next() {
      catchUp();
      const text = changed.size > 0 ? nextChanged() : moved.size > 0 ? nextMoved() : '';
      return text ? encoder.encode(text) : undefined;
    },
    failed: (error) => vitals.noticed(error) !== undefined,
    subscribe(wakeNow) {
      wake = wakeNow;
      const unsubscribe = live.subscribe(wakeNow);
      return () => {
        unsubscribe();
        clearTimeout(wakeLater);
      };
    },
  });
}

function take(ids: Set<string>, most: number): string[] {
  const taken = [...ids.values().take(most)];
  for (const id of taken) ids.delete(id);
  return taken;
}

/** What a step returned stays here: it may be large, and the job's own result comes with the job. */
function jobEvent(job: Job, steps: JobStep[]): string {
  return event('job', {
    job: toldJob(job),
    steps: steps.map(({ name, status, error }) => abridge({ name, status, error })),
  });
}

function event(type: string, data: unknown): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
