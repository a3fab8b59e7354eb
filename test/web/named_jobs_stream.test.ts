import { afterAll, describe, expect, test } from 'bun:test';
import { eventsOf } from '../../src/client/event_reader.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { JobUpdates } from '../../src/web/live/job_updates.ts';
import { LiveJobs } from '../../src/web/live/live_jobs.ts';
import { namedJobsStream } from '../../src/web/live/named_jobs_stream.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { temporaryFolder } from '../support/archive_fixture.ts';
import { until } from '../support/wait.ts';

afterAll(closeApps);

const ADDRESS = '/api/jobs/stream/jobs';

/** The stream's events as they come: type and what its data says. It ends with its app. */
async function watch(app: TestApp, ids: string[], init?: RequestInit) {
  const query = new URLSearchParams(ids.map((id) => ['job', id]));
  const response = await app.request(init ? ADDRESS : `${ADDRESS}?${query}`, init);
  expect(response.headers.get('content-type')).toStartWith('text/event-stream');
  const body = response.body as ReadableStream<Uint8Array>;
  const events = eventsOf(body, () => {});
  return {
    async next() {
      const { type, data } = (await events.next()).value ?? { type: 'end', data: 'null' };
      return { type, ...JSON.parse(data) };
    },
    events,
  };
}

function posted(ids: unknown): RequestInit {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify({ jobs: ids }) };
}

describe('FEATURES 9 and 10: the stream of named jobs', () => {
  test('begins with the state of each job, or that it does not exist', async () => {
    const app = await setupApp();
    const { jobId } = await app.tracker.createJob('scrape', { username: 'aurora_lab' });
    for (const init of [undefined, posted([jobId, 'scrape-nothing'])]) {
      const stream = await watch(app, [jobId, 'scrape-nothing'], init);
      expect(await stream.next()).toMatchObject({
        type: 'job',
        job: { id: jobId, status: 'running' },
        steps: [],
      });
      expect(await stream.next()).toEqual({ type: 'not_found', id: 'scrape-nothing' });
    }
  });

  test('continues with their changes and no other job’s', async () => {
    const app = await setupApp();
    const { tracker } = app;
    const named = await tracker.createJob('scrape');
    const other = await tracker.createJob('scrape');
    const stream = await watch(app, [named.jobId]);
    await stream.next();
    await other.updateProgress(9, 10, 'Not asked for');
    await tracker.completeJob(other.jobId, true);
    await named.updateProgress(1, 10, 'One');
    expect(await stream.next()).toEqual({
      type: 'progress',
      id: named.jobId,
      progress: { current: 1, total: 10, message: 'One' },
    });
    await tracker.completeJob(named.jobId, false, 'The source is gone.');
    expect(await stream.next()).toMatchObject({
      type: 'job',
      job: { status: 'failed', errorMessage: 'The source is gone.' },
    });
    await tracker.removeJob(named.jobId);
    expect(await stream.next()).toEqual({ type: 'not_found', id: named.jobId });
  });

  test('sends progress at most every 50 ms, and ends with the newest', async () => {
    const app = await setupApp();
    const job = await app.tracker.createJob('scrape');
    const stream = await watch(app, [job.jobId]);
    await stream.next();
    const begun = performance.now();
    let told = 0;
    let current = 0;
    const moving = (async () => {
      while (performance.now() - begun < 400) {
        await job.updateProgress(++current, 1_000, 'Counting');
        // Every cancel writes all progress, and other jobs' changes bring events in between.
        await app.tracker.cancelJob('scrape-nothing');
        await app.tracker.createJob('embed');
        await Bun.sleep(2);
      }
    })();
    let last = 0;
    const reading = (async () => {
      for await (const { data } of stream.events) {
        told++;
        last = JSON.parse(data).progress.current;
      }
    })();
    await moving;
    await until('the last of it was told', () => last === current);
    expect(told).toBeLessThanOrEqual((performance.now() - begun) / 50 + 1);
    app.closing.abort();
    await reading;
  });

  test('gives a reader that had stopped reading the current state, not everything in between', async () => {
    const { tracker } = await setupApp();
    const job = await tracker.createJob('scrape');
    const updates = new JobUpdates(tracker.feed);
    // Not over HTTP: without a socket, Bun reads a stream ahead.
    const source = namedJobsStream({ tracker, updates }, new LiveJobs(tracker), [job.jobId]);
    const leave = source.subscribe(() => {});
    await source.next();
    const { version } = tracker.feed;
    for (let index = 0; index < 300; index++) {
      await tracker.createJob('embed');
      await job.updateProgress(index, 300, `Step ${index}`);
    }
    await until('the feed has forgotten', () => tracker.feed.version > version + 256);
    await tracker.completeJob(job.jobId, true);
    const piece = String(await source.next());
    expect(piece.match(/^data:/gm)).toHaveLength(1);
    expect(piece).toContain('"status":"completed"');
    expect(await source.next()).toBeFalsy();
    leave();
  });

  test('sends long lists in pieces', async () => {
    const app = await setupApp();
    const ids = Array.from({ length: 1_000 }, (_, index) => `scrape-${index}`);
    const stream = await watch(app, [], posted(ids));
    const told = new Set<string>();
    while (told.size < ids.length) told.add((await stream.next()).id);
    expect([...told]).toEqual(ids);
  });

  test('counts as one watcher until it is closed', async () => {
    const app = await setupApp({ XGPT_MAX_CONNECTIONS: '1' });
    const ids = ['scrape-1', 'scrape-2'];
    const stream = await watch(app, ids);
    await stream.next();
    expect(await app.watchers()).toBe(1);
    const refused = await app.json(`${ADDRESS}?job=scrape-3`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('10');
    await stream.next();
    app.closing.abort();
    expect(await stream.next()).toEqual({ type: 'end' });
    expect(await app.watchers()).toBe(0);
  });

  test('needs the token if there is one', async () => {
    const token = 'sesame-open-sesame-open';
    const app = await setupApp({ XGPT_TOKEN: token });
    expect((await app.json(`${ADDRESS}?job=scrape-1`)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    const response = await app.json(`${ADDRESS}?job=scrape-1`, { headers });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test('sends a job that another process changed among too many to list', async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/xgpt.sqlite`;
    const app = await setupApp({}, {}, openDatabase(path));
    const elsewhere = await setupApp({}, {}, openDatabase(path));
    const list = Array.from({ length: 700 }, (_, n) => ({ input: { query: `topic ${n}` } }));
    const started = await app.tracker.enqueueMany(
      list.map(({ input }) => ({ type: 'search' as const, input })),
    );
    const ids = started.flatMap((one) => ('job' in one ? one.job.id : []));
    expect(ids).toHaveLength(700);
    const stream = await watch(app, [ids[0] ?? '']);
    expect(await stream.next()).toMatchObject({ job: { status: 'queued' } });
    await Promise.all(ids.map((id) => elsewhere.tracker.cancelJob(id)));
    expect(await stream.next()).toMatchObject({ job: { status: 'cancelled' } });
  });

  test('is refused without ids, with too many, or with values that are not ids', async () => {
    const app = await setupApp();
    const tooMany = Array.from({ length: 10_001 }, (_, index) => `scrape-${index}`);
    const wrong = [posted([]), posted(tooMany), posted([1]), posted('scrape-1')];
    for (const init of [undefined, ...wrong]) {
      const response = await app.json(ADDRESS, init);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        error: { code: 'invalid_input', details: { jobs: expect.any(String) } },
      });
    }
  });
});
