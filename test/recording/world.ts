import { setSystemTime } from 'bun:test';
import { join } from 'node:path';
import { z } from 'zod';
import {
  defineJob,
  type Job,
  PermanentError,
  type QueuedJobContext,
} from '../../src/jobs/index.ts';
import type { LiveDeps } from '../../src/sources/connection.ts';
import type { Source } from '../../src/sources/source.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { consequences, type TestClock, testClock } from '../support/clock.ts';
import { untilStopped } from '../support/staged_app.ts';
import { until } from '../support/wait.ts';

/** The moment of every recorded request, in ms since 1970 UTC. */
const NOW = Date.UTC(2026, 1, 3, 12);

/** An app with a frozen clock and named ids. */
export interface RecordedApp extends TestApp {
  /** Name → id. */
  names: Map<string, string>;
  /** A text with `{name}` replaced by the id of that name. */
  fill(text: string): string;
  /** Moves all clocks, in ms. */
  advance(ms: number): Promise<void>;
  /** Lets the next start not count as a double press of a button. */
  forgetPresses(): void;
}

const clocks: TestClock[] = [];

/** Stops all apps. Their clocks have to move meanwhile, because stopping waits for timers. */
export async function closeRecordedApps(): Promise<void> {
  let isClosed = false;
  const closed = closeApps().finally(() => {
    isClosed = true;
  });
  while (!isClosed) {
    for (const clock of clocks) await clock.advance(1_000);
    await Bun.sleep(1);
  }
  clocks.length = 0;
  setSystemTime();
  await closed;
}

/** The whole program over an empty database, with a stopped worker. */
export async function emptyApp(
  env: Record<string, string> = {},
  startsAt = NOW,
  addSources?: (live: LiveDeps) => Source[],
): Promise<RecordedApp> {
  setSystemTime(new Date(startsAt));
  const clock = testClock(startsAt);
  const web = await setupApp(env, {
    clock,
    healthClock: clock,
    cancelGraceMs: 600_000,
    ...(addSources && { addSources }),
    // Whether this machine has fetched the model must make no difference.
    modelsDir: join(import.meta.dir, 'no models'),
  });
  clocks.push(clock);
  const names = new Map<string, string>();
  return {
    ...web,
    names,
    fill: (text) =>
      text.replaceAll(/\{([a-z][\w-]*)\}/g, (whole, name: string) => names.get(name) ?? whole),
    async advance(ms) {
      await clock.advance(ms);
      setSystemTime(new Date(clock.now()));
    },
    forgetPresses() {
      clock.skip(1_000);
      clock.set(-1_000);
    },
  };
}

const MINUTE_MS = 60_000;

/** Each ends a handler that ignores its signal. */
const deaf: (() => void)[] = [];

/** Removes all jobs, including running ones. */
export async function removeJobs({ tracker, forgetPresses }: RecordedApp): Promise<void> {
  for (const { id } of tracker.getAllJobs()) await tracker.removeJob(id, { force: true });
  for (const end of deaf.splice(0)) end();
  await consequences();
  forgetPresses();
}

/** The username selects what happens. */
async function act({ username }: { username: string }, job: QueuedJobContext): Promise<unknown> {
  switch (username) {
    case 'deaf':
      await job.updateProgress(120, 400, 'Reading page 6 of 20');
      return new Promise((_, reject) => deaf.push(() => reject(job.signal.reason)));
    case 'busy':
      throw Object.assign(new Error('The source asks to wait. The job goes on by itself.'), {
        retryAt: new Date(NOW + 60 * MINUTE_MS),
      });
    case 'broken':
      job.log('Opening the source');
      throw new PermanentError('The source refused the credentials. Check <them> in the settings.');
    case 'stepwise':
      await job.step('open the source', () => 'open');
      job.log('Page 1 of 3: 20 posts, 12 new');
      job.log('Page 2 of 3: 20 posts & more, 7 new');
      await job.step('read its pages', () => {
        throw new PermanentError('The third page is missing.');
      });
      return undefined;
    case 'quick':
      job.log('Page 1: 40 posts, 12 new');
      return { posts: 40, newPosts: 12, username };
    default:
      await job.updateProgress(280, 1_000, 'Reading page 14 of 50');
      return untilStopped(job);
  }
}

/** An app with scripted scrapes, and the real handlers of the other types. */
export async function workingApp(env: Record<string, string> = {}, startsAt = NOW) {
  const web = await emptyApp(env, startsAt);
  web.tracker.define(
    defineJob<'scrape'>({
      type: 'scrape',
      concurrency: 4,
      input: z.looseObject({ username: z.string() }) as never,
      run: async (input, job) => (await act(input as { username: string }, job)) as never,
    }),
  );
  await web.tracker.start();
  return web;
}

/** Waits until a job has this status and its consequences have settled. */
export async function reaches(web: RecordedApp, id: string, status: Job['status']) {
  await until(`${id} is ${status}`, () => web.tracker.getJob(id)?.status === status);
  await consequences();
}

/** Starts a scrape and gives it a name. */
export async function scrape(
  web: RecordedApp,
  username: string,
  status: Job['status'],
  name?: string,
) {
  const session = name?.startsWith('late') ? 'evening' : 'morning';
  const { id } = await web.tracker.enqueue('scrape', { username }, { sessionId: session });
  web.names.set(name ?? username, id);
  await reaches(web, id, status);
  return id;
}

/** Jobs in every status, posts and profiles. */
export async function fullApp(env: Record<string, string> = {}): Promise<RecordedApp> {
  const web = await workingApp(env, NOW - 15 * MINUTE_MS);
  await collect(web);
  await scrape(web, 'broken', 'failed');
  await web.advance(2 * MINUTE_MS);
  await scrape(web, 'stepwise', 'failed');
  await web.advance(5 * MINUTE_MS);
  await scrape(web, 'busy', 'retrying');
  await scrape(web, 'aurora_lab', 'running', 'stopped');
  await progressed(web, 'stopped');
  await web.tracker.cancelJob(web.names.get('stopped') ?? '');
  await reaches(web, web.names.get('stopped') ?? '', 'cancelled');
  // The taskbar looks for stalled jobs by a real timer, so none may have stalled: 15 s without progress.
  await web.advance(NOW - Date.now() - 10_000);
  await trackedJobs(web);
  await scrape(web, 'deaf', 'running', 'cancelling');
  await progressed(web, 'cancelling');
  await web.tracker.cancelJob(web.names.get('cancelling') ?? '');
  await web.advance(1_000);
  await scrape(web, 'aurora_lab', 'running', 'running');
  await progressed(web, 'running');
  await scrape(web, 'kip_reads', 'running', 'late-running');
  await scrape(web, 'mo_draws', 'running', 'late-second');
  await scrape(web, 'quiet', 'queued', 'queued');
  await web.advance(NOW - Date.now() - 2_000);
  await completeTracked(web);
  await web.advance(2_000);
  return web;
}

/** Collects posts and profiles from the sample source. */
async function collect(web: RecordedApp): Promise<void> {
  const search = await web.tracker.enqueue('search', { query: 'space, jazz', maxTweets: 12 });
  web.names.set('search', search.id);
  await reaches(web, search.id, 'completed');
  await web.advance(1_000);
  const discover = await web.tracker.enqueue('discover', { query: 'jazz', maxResults: 5 });
  web.names.set('discover', discover.id);
  await reaches(web, discover.id, 'completed');
  await web.advance(1_000);
}

/** Tracked jobs: one failed, one running. */
async function trackedJobs(web: RecordedApp): Promise<void> {
  const { tracker } = web;
  const failed = await tracker.createJob('embed', { model: 'by hand' });
  web.names.set('tracked-failed', failed.jobId);
  await tracker.completeJob(failed.jobId, false, 'It did not work.');
  await web.advance(1_000);
  const running = await tracker.createJob('embed', { model: 'by hand' });
  web.names.set('tracked', running.jobId);
  await tracker.updateProgress(running.jobId, 3, 10, 'Embedding batch 3 of 10');
  await web.advance(1_000);
}

/** Recent enough to be in the taskbar. */
async function completeTracked(web: RecordedApp): Promise<void> {
  await web.tracker.completeJob(web.names.get('tracked') ?? '', true);
  web.names.set('tracked-done', web.names.get('tracked') ?? '');
  web.names.delete('tracked');
}

async function progressed(web: RecordedApp, name: string): Promise<void> {
  const id = web.names.get(name) ?? '';
  await until(`${name} has begun`, () => web.tracker.getJob(id)?.progress.message);
  await web.advance(100);
}
