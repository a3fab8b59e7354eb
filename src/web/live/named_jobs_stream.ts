import type { Job, JobStep } from '../../jobs/index.ts';
import { every, Pacer } from '../../platform/pacer.ts';
import { abridge } from '../../text/abridge.ts';
import { boundedJob } from '../../text/abridged_job.ts';
import { MAX_FOLLOWED_JOBS } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { Problem } from '../http/problem.ts';
import type { StreamSource } from './event_streams.ts';
import type { LiveJobs } from './live_jobs.ts';
import { encodeJsonEvent } from './sse.ts';

/** Maximum number of jobs in one piece: a long list must not block the event loop. */
const MAX_PIECE = 100;

/** Time between two pieces of progress, in ms. */
const PROGRESS_MS = 50;

/** The ids of the jobs to follow. @throws Problem unless they are 1 to 10,000 strings */
export function checkedJobIds(ids: unknown): string[] {
  const isText = (id: unknown) => typeof id === 'string';
  if (
    Array.isArray(ids) &&
    ids.length > 0 &&
    ids.length <= MAX_FOLLOWED_JOBS &&
    ids.every(isText)
  ) {
    return ids;
  }
  const most = MAX_FOLLOWED_JOBS.toLocaleString('en');
  throw new Problem(422, 'invalid_input', 'No jobs given.', {
    details: {
      jobs: `Give the ids of 1 to ${most} jobs: ?job=…&job=…, or post { "jobs": [ … ] }.`,
    },
  });
}

/**
 * The given jobs as JSON events over one connection: first the current state of each, then each
 * change of status immediately and progress every 50 ms. For a slow client only ids are kept: it gets
 * the state at the time it reads.
 */
export function namedJobsStream(
  { tracker, updates }: Pick<WebDeps, 'tracker' | 'updates'>,
  jobs: LiveJobs,
  ids: readonly string[],
): StreamSource {
  const changes = new FollowedChanges(tracker.feed, ids);
  let wake = () => {};
  let isProgressDue = false;
  const progress = new Pacer(every(PROGRESS_MS), () => {
    isProgressDue = true;
    wake();
  });

  async function nextChanged(): Promise<string> {
    const piece = changes.takeChanged(MAX_PIECE).map(async (id) => {
      const [job, steps] = await Promise.all([jobs.job(id), jobs.steps(id)]);
      return job ? jobEvent(job, steps) : encodeJsonEvent('not_found', { id });
    });
    return (await Promise.all(piece)).join('');
  }

  async function nextProgress(): Promise<string> {
    isProgressDue = false;
    const piece = changes.takeProgressed(MAX_PIECE).map(async (id) => {
      const job = await jobs.job(id);
      if (!job) return '';
      const { progress, ratePerSecond, etaSeconds } = job;
      return encodeJsonEvent('progress', { id, progress, ratePerSecond, etaSeconds });
    });
    return (await Promise.all(piece)).join('');
  }

  function isProgressNext(): boolean {
    if (changes.haveProgressed && !isProgressDue) progress.request();
    return changes.haveProgressed && isProgressDue;
  }

  return {
    next() {
      changes.catchUp();
      if (changes.haveChanged) return nextChanged();
      return isProgressNext() ? nextProgress() : undefined;
    },
    subscribe(wakeNow) {
      wake = wakeNow;
      const unsubscribe = updates.subscribe(wakeNow);
      return () => {
        unsubscribe();
        progress.stop();
      };
    },
  };
}

/** The followed jobs whose changes have not been sent yet. */
class FollowedChanges {
  #followed: ReadonlySet<string>;
  #changed: Set<string>;
  /** Jobs of which only the progress changed. */
  #progressed = new Set<string>();
  #version: number;

  constructor(
    private readonly feed: WebDeps['tracker']['feed'],
    ids: readonly string[],
  ) {
    this.#followed = new Set(ids);
    this.#changed = new Set(ids);
    this.#version = feed.version;
  }

  get haveChanged(): boolean {
    return this.#changed.size > 0;
  }

  get haveProgressed(): boolean {
    return this.#progressed.size > 0;
  }

  catchUp(): void {
    const change = this.feed.since(this.#version);
    this.#version = this.feed.version;
    const changed = change ? this.#followed.intersection(change.cards) : this.#followed;
    for (const id of changed) this.#changed.add(id);
    if (!change) return;
    for (const id of this.#followed.intersection(change.progressed)) this.#progressed.add(id);
  }

  takeChanged(most: number): string[] {
    const ids = take(this.#changed, most);
    // A changed job includes its progress.
    for (const id of ids) this.#progressed.delete(id);
    return ids;
  }

  takeProgressed(most: number): string[] {
    return take(this.#progressed, most);
  }
}

function take(ids: Set<string>, most: number): string[] {
  const taken = [...ids.values().take(most)];
  for (const id of taken) ids.delete(id);
  return taken;
}

/** A step's result is left out: it may be large, and the job's own result comes with the job. */
function jobEvent(job: Job, steps: JobStep[]): string {
  return encodeJsonEvent('job', {
    job: boundedJob(job),
    steps: steps.map(({ name, status, error }) => abridge({ name, status, error })),
  });
}
