/** Streams whose reads take time, while what they read changes. */
import { afterAll, expect, test } from 'bun:test';
import { Feed } from '../../src/jobs/feed.ts';
import type { Job } from '../../src/jobs/index.ts';
import type { JobEventReader } from '../../src/jobs/job_events.ts';
import { jobEventsStream, LiveJobEvents } from '../../src/web/live/job_events.ts';
import { JobUpdates } from '../../src/web/live/job_updates.ts';
import { LiveJobs } from '../../src/web/live/live_jobs.ts';
import { createLiveLogs, followLogs } from '../../src/web/live/logs.ts';
import { TaskbarEvents } from '../../src/web/live/taskbar_events.tsx';
import { TaskbarJobs } from '../../src/web/live/taskbar_jobs.ts';
import { TaskbarRevisions } from '../../src/web/live/taskbar_revisions.ts';
import { closeApps, setupApp } from '../support/app.ts';
import { FEED } from '../support/job_feed.ts';
import { gate } from '../support/jobs.ts';
import { until } from '../support/wait.ts';

afterAll(closeApps);

/** Answers at once, unless it is held: then an answer is what was read when it was asked for. */
function slow<Values extends unknown[], Answer>(read: (...values: Values) => Promise<Answer>) {
  let held: Promise<void> | undefined;
  let holding = 0;
  let count = 0;
  return {
    async read(...values: Values): Promise<Answer> {
      const until = held;
      count++;
      const answer = await read(...values);
      if (until) holding++;
      await until;
      if (until) holding--;
      return answer;
    },
    /** How often it was read. */
    get count() {
      return count;
    },
    /** Whether an answer is being held. */
    get isHolding() {
      return holding > 0;
    },
    /** Holds the answers to what is asked from now on, until the returned function is called. */
    hold(): () => void {
      const { promise, resolve } = gate();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    /** Does not hold what is asked from now on. */
    letThrough(): void {
      held = undefined;
    },
  };
}

test('a change while streams read that there is nothing new: none of them misses it', async () => {
  const { tracker } = await setupApp();
  const updates = new JobUpdates(tracker.feed);
  const after = slow<
    Parameters<JobEventReader['after']>,
    Awaited<ReturnType<JobEventReader['after']>>
  >((place, limit) => tracker.events.after(place, limit));
  const events = { start: () => tracker.events.start(), after: after.read };
  const live = new LiveJobEvents({ tracker: { events }, updates });
  const open = () => jobEventsStream({ updates }, live, new Request(`http://localhost${FEED}`), {});
  const [early, late] = [await open(), await open()];
  for (const stream of [early, late]) expect(String(await stream.next())).toContain('feed.ready');
  const changeDuring = async (reading: Promise<unknown>) => {
    const told = new Promise<void>((resolve) => updates.subscribe(resolve));
    await tracker.createJob('embed');
    await told;
    return { reading };
  };
  let release = after.hold();
  const first = await changeDuring(Promise.resolve(early.next()));
  release();
  expect(await first.reading).toBe('');
  for (const stream of [early, late]) expect(String(await stream.next())).toContain('job.upsert');
  release = after.hold();
  const second = await changeDuring(Promise.resolve(early.next()));
  after.letThrough();
  // It does not wait for the read that began before the change.
  expect(String(await late.next())).toContain('job.upsert');
  release();
  expect(await second.reading).toBe('');
  expect(String(await early.next())).toContain('job.upsert');
});

/** The taskbar of a tracker whose reads can be held; `shown` are the numbers of steps it has shown. */
async function slowTaskbar() {
  const { tracker } = await setupApp();
  const { jobId } = await tracker.createJob('scrape');
  const jobs = new TaskbarJobs(tracker, () => {});
  const model = slow(() => jobs.model());
  const activeViews = slow((ids: Iterable<string>) => jobs.activeViews(ids));
  const reads = { model: model.read, activeViews: activeViews.read };
  const taskbar = new TaskbarRevisions(tracker.feed, reads, new TaskbarEvents(undefined));
  const shown: string[] = [];
  const stepIn = (bytes: Uint8Array) => /Step \d+/.exec(new TextDecoder().decode(bytes))?.[0] ?? '';
  const watch = () => taskbar.subscribe(() => shown.push(stepIn(taskbar.snapshot())));
  const step = (number: number) => tracker.updateProgress(jobId, number, 9, `Step ${number}`);
  return { tracker, jobId, taskbar, model, activeViews, shown, watch, step, stepIn };
}

test('progress while the taskbar is read is in a later revision, and none is older than the one before', async () => {
  const { taskbar, activeViews, shown, watch, step } = await slowTaskbar();
  await taskbar.read(watch);
  await step(1);
  await until('it is shown', () => shown.includes('Step 1'));
  const release = activeViews.hold();
  await step(2);
  // The read of the second step has begun, and is held.
  await until('it is being read', () => activeViews.isHolding);
  activeViews.letThrough();
  await step(3);
  await Bun.sleep(150);
  expect(shown).not.toContain('Step 3');
  release();
  await until('the last step is shown', () => shown.includes('Step 3'));
  expect(shown.filter(Boolean)).toEqual(shown.filter(Boolean).toSorted());
});

test('a client that comes while a revision is read waits for it, and gets no later state before it', async () => {
  const { taskbar, activeViews, shown, watch, step, stepIn } = await slowTaskbar();
  await taskbar.read(watch);
  const release = activeViews.hold();
  await step(1);
  await until('it is being read', () => activeViews.isHolding);
  const before = taskbar.revision;
  expect(stepIn(await taskbar.read(() => taskbar.snapshot()))).toBe('');
  expect(taskbar.revision).toBe(before);
  release();
  await until('it is shown', () => shown.includes('Step 1'));
});

test('a revision without clients is read when one comes, once for all that come', async () => {
  const { taskbar, model, step, stepIn } = await slowTaskbar();
  await step(1);
  await until('it is published', () => taskbar.revision > 0);
  expect(taskbar.isRead).toBe(false);
  const release = model.hold();
  const read = () => taskbar.read(() => stepIn(taskbar.snapshot()));
  const [first, second] = [read(), read()];
  await step(2);
  await Bun.sleep(100);
  release();
  for (const step of await Promise.all([first, second])) expect(step).toStartWith('Step');
  expect(model.count).toBe(1);
  await until('the second step is shown', async () => (await read()) === 'Step 2');
});

test('a taskbar that cannot be read says why, and a new client tries again', async () => {
  const { tracker } = await setupApp();
  const jobs = new TaskbarJobs(tracker, () => {});
  let failure: Error | undefined = new Error('The disk is gone.');
  const model = async () => {
    if (failure) throw failure;
    return jobs.model();
  };
  const reads = { model, activeViews: jobs.activeViews };
  const taskbar = new TaskbarRevisions(tracker.feed, reads, new TaskbarEvents(undefined));
  taskbar.subscribe(() => {});
  await tracker.createJob('scrape');
  await until('it is published', () => taskbar.isRead);
  expect(() => taskbar.snapshot()).toThrow('The disk is gone.');
  expect(() => taskbar.delta()).toThrow('The disk is gone.');
  failure = undefined;
  expect((await taskbar.read(() => taskbar.snapshot())).length).toBeGreaterThan(0);
});

test('a job that changes while streams read it is read again, once for both, and not at the same time', async () => {
  const { tracker } = await setupApp();
  const { jobId } = await tracker.createJob('scrape');
  const read = slow((id: string) => tracker.reader.readJob(id));
  let atOnce = 0;
  const readJob = async (id: string) => {
    atOnce++;
    expect(atOnce).toBe(1);
    const job = await read.read(id);
    atOnce--;
    return job;
  };
  const jobs = new LiveJobs({ feed: tracker.feed, reader: { readJob } as never });
  const release = read.hold();
  const before = [jobs.job(jobId), jobs.job(jobId)];
  read.letThrough();
  const { version } = tracker.feed;
  await tracker.completeJob(jobId, true);
  await until('the feed has it', () => tracker.feed.version > version);
  const after = [jobs.job(jobId), jobs.job(jobId)];
  await Bun.sleep(0);
  expect(read.count).toBe(1);
  release();
  const statuses = async (jobs: Promise<Job | undefined>[]) =>
    (await Promise.all(jobs)).map((job) => job?.status);
  expect(await statuses(before)).toEqual(['running', 'running']);
  expect(await statuses(after)).toEqual(['completed', 'completed']);
  expect(read.count).toBe(2);
});

test('a log that grows while it is read is read again', async () => {
  const { tracker } = await setupApp();
  const feed = new Feed();
  let text = 'one\n';
  const readWrittenLog = slow(async (_: string, from: number) => ({
    from,
    text: text.slice(from),
    position: text.length,
    dropped: 0,
  }));
  const logEnd = async () => text.length;
  const reader = { ...tracker.reader, readWrittenLog: readWrittenLog.read, logEnd } as never;
  const logs = createLiveLogs({ feed, reader });
  logs.subscribe(() => {});
  const next = followLogs(logs, [{ job: 'job-1', position: 0 }]);
  expect(new TextDecoder().decode(await next())).toContain('one');
  const { revision } = logs;
  feed.logged();
  await until('its readers are told', () => logs.revision > revision);
  const release = readWrittenLog.hold();
  const nothing = next();
  readWrittenLog.letThrough();
  text += 'two\n';
  feed.logged();
  await until('its readers are told', () => logs.revision > revision + 1);
  release();
  expect(await nothing).toBeUndefined();
  expect(new TextDecoder().decode(await next())).toContain('two');
  expect(await next()).toBeUndefined();
});

test('a client that has fallen behind is not shown a stall that is over', async () => {
  const { tracker } = await setupApp();
  const { jobId } = await tracker.createJob('scrape');
  const jobs = new TaskbarJobs(tracker, () => {});
  const model = async () => {
    const { jobs: views, ...rest } = await jobs.model();
    return { ...rest, jobs: views.map((view) => ({ ...view, stalledSince: new Date(0) })) };
  };
  const reads = { model, activeViews: (ids: Iterable<string>) => jobs.activeViews(ids) };
  const taskbar = new TaskbarRevisions(tracker.feed, reads, new TaskbarEvents(undefined));
  const html = () => new TextDecoder().decode(taskbar.snapshot());
  expect(await taskbar.read(html)).toContain('No progress for');
  const pages: string[] = [];
  taskbar.subscribe(() => pages.push(html()));
  await tracker.updateProgress(jobId, 1, 9, 'Step 1');
  await until('the step is shown', () => pages.at(-1)?.includes('Step 1'));
  expect(pages.at(-1)).not.toContain('No progress for');
});
