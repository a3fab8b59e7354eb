import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { jobEventsStream, LiveJobEvents } from '../../src/web/live/job_events.ts';
import { JobUpdates } from '../../src/web/live/job_updates.ts';
import { closeApps, setupApp } from '../support/app.ts';
import { FEED, follow, isReady, leaving, state, type Told } from '../support/job_feed.ts';
import { until } from '../support/wait.ts';

const folders: string[] = [];

afterAll(async () => {
  await closeApps();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** The path of a database file that lasts until the apps are closed. */
function databasePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-events-'));
  folders.push(folder);
  return join(folder, 'xgpt.sqlite');
}

/** Two processes on one database. */
async function twoApps(path: string) {
  return [
    await setupApp({}, {}, openDatabase(path)),
    await setupApp({}, {}, openDatabase(path)),
  ] as const;
}

describe('FEATURES 45: the feed of all jobs', () => {
  test('FEATURES 45: begins with the active jobs, says that these are all, and goes on with changes', async () => {
    const app = await setupApp();
    const { id: waiting } = await app.tracker.enqueue('scrape', { username: 'ada' });
    const { id: over } = await app.tracker.enqueue('scrape', { username: 'bea' });
    await app.tracker.cancelJob(over);
    const running = await app.tracker.createJob('embed');
    const feed = await follow(app);
    expect(await feed.next()).toMatchObject({ type: 'job.upsert', job: { id: waiting } });
    expect(await feed.next()).toMatchObject({ type: 'job.upsert', job: { id: running.jobId } });
    expect(await feed.next()).toMatchObject({ type: 'feed.ready' });
    await running.updateProgress(3, 10, 'Three');
    const progressed = await feed.next();
    expect(progressed).toMatchObject({ type: 'job.upsert', job: { progress: { current: 3 } } });
    const listed = (await (await app.json(`/api/jobs?type=embed`)).json()) as { jobs: Job[] };
    expect(state(progressed.job as Job)).toBe(state(listed.jobs[0] as Job));
    await app.tracker.cancelJob(waiting);
    expect(await feed.next()).toMatchObject({ job: { id: waiting, status: 'cancelled' } });
    await app.tracker.removeJob(waiting);
    expect(await feed.next()).toMatchObject({ type: 'job.deleted', jobId: waiting });
    await feed.close();
  });

  test('FEATURES 45: continues after the last event in another process, and after all have ended', async () => {
    const path = databasePath();
    const [here, there] = await twoApps(path);
    const first = await here.tracker.createJob('embed');
    const second = await there.tracker.createJob('embed');
    const feed = await follow(here);
    const { id } = (await feed.until(isReady)).at(-1) as Told;
    await feed.close();
    await first.updateProgress(1, 2, 'Half');
    await until('it is written', () => there.tracker.getJob(first.jobId)?.progress.current === 1);
    await there.tracker.completeJob(second.jobId, true);
    const changed = [first.jobId, second.jobId];
    for (const app of [there, await setupApp({}, {}, openDatabase(path))]) {
      // Nothing else: the last one is changed only after the connection.
      const resumed = await follow(app, '', id);
      for (const jobId of changed)
        expect(await resumed.next()).toMatchObject({ job: { id: jobId } });
      const { jobId } = await app.tracker.createJob('embed');
      expect(await resumed.next()).toMatchObject({ job: { id: jobId } });
      changed.push(jobId);
      await resumed.close();
    }
  });

  test('FEATURES 45: a job that changes while the active ones are being read is told once', async () => {
    const { tracker } = await setupApp();
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await tracker.createJob('embed')).jobId);
    const [first = '', second = '', third = ''] = ids;
    const seen: string[] = [];
    let place = await tracker.events.start();
    const read = async () => {
      const page = await tracker.events.after(place, 1);
      place = page?.next ?? place;
      for (const event of page?.events ?? [])
        seen.push(event.kind === 'upsert' ? `${event.job.id} ${event.job.status}` : event.kind);
      return page?.isMore;
    };
    await read();
    // The first was read, the others were not.
    for (const id of [third, first]) await tracker.cancelJob(id);
    while (await read());
    expect(seen).toEqual([
      `${first} running`,
      `${first} cancelling`,
      `${second} running`,
      `${third} cancelling`,
      'ready',
    ]);
  });

  test('FEATURES 45: a reader that stalls gets the newest states, not what was in between', async () => {
    const app = await setupApp();
    const updates = new JobUpdates(app.tracker.feed);
    const live = new LiveJobEvents({ tracker: app.tracker, updates });
    const request = new Request(`http://localhost:3000${FEED}`);
    const stream = await jobEventsStream({ updates }, live, request, {});
    const read = async () => {
      const pieces: string[] = [];
      for (let piece = await stream.next(); piece; piece = await stream.next())
        pieces.push(String(piece));
      return pieces.join('').match(/^event: \S+$/gm) ?? [];
    };
    const job = await app.tracker.createJob('embed');
    expect(await read()).toEqual(['event: job.upsert', 'event: feed.ready']);
    for (let n = 1; n <= 300; n++) {
      await job.updateProgress(n, 300, `Step ${n}`);
      const { jobId } = await app.tracker.createJob('scrape');
      await app.tracker.completeJob(jobId, true);
      await app.tracker.removeJob(jobId);
    }
    await app.tracker.completeJob(job.jobId, true);
    const events = await until('there is something to read', async () => {
      const seen = await read();
      return seen.length > 0 ? seen : undefined;
    });
    // Of a job that came and went, only that it is gone.
    expect(events.filter((event) => event === 'event: job.deleted')).toHaveLength(300);
    expect(events.filter((event) => event === 'event: job.upsert')).toHaveLength(1);
    expect(await read()).toEqual([]);
  });

  test('FEATURES 45: says so when it cannot continue, and begins again', async () => {
    const app = await setupApp();
    const { jobId } = await app.tracker.createJob('embed');
    const feed = await follow(app);
    const { id } = (await feed.until(isReady)).at(-1) as Told;
    await feed.close();
    for (let n = 0; n < 3; n++) await app.tracker.enqueue('scrape', { username: `user_${n}` });
    const seq = 'SELECT MAX(seq) FROM job_changes';
    app.database.run(`DELETE FROM job_changes WHERE seq < (${seq})`);
    const [feedId = '', ...rest] = id.split('-');
    const other = [`${feedId === 'abc' ? 'abd' : 'abc'}`, ...rest].join('-');
    const future = [feedId, '999999', '0', '0'].join('-');
    for (const after of [id, other, future, 'nonsense', '']) {
      const again = await follow(app, '', after);
      const seen = await again.until(isReady);
      expect(seen.map(({ type }) => type)).toEqual([
        'feed.reset',
        'job.upsert',
        'job.upsert',
        'job.upsert',
        'job.upsert',
        'feed.ready',
      ]);
      expect(seen[1]).toMatchObject({ job: { id: jobId } });
      await again.close();
    }
  });

  test('FEATURES 45: a thousand jobs of one request need no new beginning', async () => {
    const app = await setupApp();
    const feed = await follow(app);
    await feed.until(isReady);
    const list = Array.from({ length: 1_000 }, (_, n) => ({ query: `topic ${n}` }));
    await app.tracker.enqueueMany(list.map((input) => ({ type: 'search' as const, input })));
    for (let n = 0; n < 1_000; n++) expect((await feed.next()).type).toBe('job.upsert');
    await feed.close();
  });

  test('FEATURES 45: a filter leaves out other types and sessions, deleted jobs included', async () => {
    const app = await setupApp();
    const enqueue = (type: 'scrape' | 'search', sessionId?: string) =>
      app.tracker.enqueue(type, { username: 'ada', query: 'jazz' }, { sessionId });
    const wanted = await enqueue('scrape', 'night');
    const others = [await enqueue('scrape', 'day'), await enqueue('search', 'night')];
    const feed = await follow(app, '?type=scrape&session=night');
    expect(await feed.next()).toMatchObject({ job: { id: wanted.id } });
    expect(await feed.next()).toMatchObject({ type: 'feed.ready' });
    for (const { id } of [...others, wanted]) await app.tracker.removeJob(id, { force: true });
    expect(await feed.next()).toMatchObject({ type: 'job.deleted', jobId: wanted.id });
    await feed.close();
  });

  test('FEATURES 45: a type that is paused or limited meanwhile starts no feed afresh', async () => {
    const app = await setupApp();
    const feed = await follow(app);
    await feed.until(isReady);
    await app.tracker.pauseType('search');
    const { id } = await app.tracker.enqueue('scrape', { username: 'ada' });
    await app.tracker.resumeType('search');
    expect(await feed.next()).toMatchObject({ type: 'job.upsert', job: { id } });
    await feed.close();
  });

  test('FEATURES 45: jobs that are deleted because of their age are told as deleted', async () => {
    const app = await setupApp();
    const { id } = await app.tracker.enqueue('scrape', { username: 'ada' });
    await app.tracker.cancelJob(id);
    await app.tracker.dismissJob(id);
    const feed = await follow(app, '?type=scrape');
    await feed.until(isReady);
    app.database.run('UPDATE jobs SET created_at = 1, completed_at = 1');
    await app.tracker.initialize();
    expect(await feed.next()).toMatchObject({ type: 'job.deleted', jobId: id });
    await feed.close();
  });

  test('FEATURES 45: a client that hears nothing of its own gets its place all the same', async () => {
    const app = await setupApp();
    const updates = new JobUpdates(app.tracker.feed);
    const live = new LiveJobEvents({ tracker: app.tracker, updates });
    const request = new Request(`http://localhost:3000${FEED}`);
    const stream = await jobEventsStream({ updates }, live, request, { type: 'embed' });
    const idOf = (text = '') => /^id: (.+)$/m.exec(text)?.[1];
    const first = idOf(String(await stream.next()));
    expect(await stream.next()).toBe('');
    const { jobId } = await app.tracker.createJob('scrape');
    await until('it is passed over', async () => {
      await stream.next();
      return idOf(stream.heartbeat?.()) !== first;
    });
    expect(stream.heartbeat?.()).toStartWith('id: ');
    for (let n = 0; n < 510; n++) await app.tracker.dismissJob(jobId);
    await app.tracker.completeJob(jobId, true);
    // Without waiting for a silence when much has happened.
    for (let n = 0; n < 510; n++) {
      const { jobId: another } = await app.tracker.createJob('scrape');
      await app.tracker.completeJob(another, true);
    }
    await until('it gets the place', async () =>
      String(await stream.next()).includes('event: beat'),
    );
  });

  test('FEATURES 45: needs the token if there is one, and counts as a watcher', async () => {
    const token = 'sesame-open-sesame-open';
    const app = await setupApp({ XGPT_TOKEN: token, XGPT_MAX_CONNECTIONS: '1' });
    expect((await app.json(FEED)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    const { signal, abort } = leaving();
    const response = await app.json(FEED, { headers, signal });
    const reading = response.body?.getReader();
    await reading?.read();
    expect((await app.json(FEED, { headers })).status).toBe(503);
    abort();
    await reading?.cancel();
  });
});
