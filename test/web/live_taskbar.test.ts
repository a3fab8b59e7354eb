import { afterAll, describe, expect, test } from 'bun:test';
import { LiveTaskbar } from '../../src/web/live/taskbar.ts';
import { closeApps, setupApp } from '../support/app.ts';
import { until } from '../support/wait.ts';

afterAll(closeApps);

describe('FEATURES 33: the live taskbar’s updates', () => {
  test.each(['plain', 'lean'] as const)(
    'are few and small, however often twenty jobs report: %s',
    async (form) => {
      const { tracker } = await setupApp();
      const live = new LiveTaskbar(tracker)[form];
      const jobs = [];
      for (let index = 0; index < 20; index++) {
        jobs.push(await tracker.createJob('scrape', { username: `user_${index}` }));
      }
      await until('the cards are out', () => live.revision > 0);
      await live.read(() => live.snapshot());
      let bytes = 0;
      const events: number[] = [];
      live.subscribe(() => {
        bytes += live.delta().length;
        events.push(performance.now());
      });
      // From the first event to the last: the machine may have paused before and behind them.
      const seconds = () => ((events.at(-1) ?? 0) - (events[0] ?? 0)) / 1000;
      for (let step = 0; seconds() < 4; step++) {
        for (const job of jobs) void job.updateProgress(step, 1_000_000, 'Reading page 14 of 50');
        await Bun.sleep(1);
      }
      expect(events.length / seconds()).toBeLessThanOrEqual(21);
      expect(bytes / seconds()).toBeLessThan(105_000);
    },
    600_000,
  );

  test('G1: bring the whole taskbar once a second while anything moves, and when it stops', async () => {
    const { tracker } = await setupApp();
    const { plain, lean } = new LiveTaskbar(tracker);
    const { updateProgress } = await tracker.createJob('scrape', { username: 'aurora_lab' });
    await until('the card is out', () => plain.revision > 0 && lean.revision > 0);
    const whole: { at: number; text: string }[] = [];
    let wholeOfPages = 0;
    const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    plain.subscribe(() => {
      const text = read(plain.delta());
      if (text.includes('event: jobs\n')) whole.push({ at: performance.now(), text });
    });
    lean.subscribe(() => {
      if (read(lean.delta()).includes('event: jobs\n')) wholeOfPages++;
    });
    const begun = performance.now();
    let step = 0;
    for (; performance.now() - begun < 4_500; step++) {
      await updateProgress(step, 1_000, `Step ${step}`);
      await Bun.sleep(20);
    }
    await until('the last step is out', () => whole.at(-1)?.text.includes(`Step ${step - 1}`));
    const gaps = whole.map(({ at }, index) => at - (whole[index - 1]?.at ?? begun));
    // Timers are late on a busy machine.
    expect(Math.max(...gaps)).toBeLessThan(3_000);
    expect(whole.length).toBeGreaterThanOrEqual(4);
    expect(whole.length).toBeLessThanOrEqual(7);
    expect(wholeOfPages).toBe(0);
  }, 600_000);

  test('stay few while jobs come and go, and changes of status take precedence over progress', async () => {
    const { tracker } = await setupApp();
    const live = new LiveTaskbar(tracker);
    const jobs = [];
    for (let index = 0; index < 20; index++) {
      jobs.push(await tracker.createJob('scrape', { username: `user_${index}` }));
    }
    let parts = 0;
    let events = 0;
    live.lean.subscribe(() => {
      if (new TextDecoder().decode(live.lean.delta()).includes('event: job\n')) parts++;
      events++;
    });
    const begun = performance.now();
    const seconds = () => (performance.now() - begun) / 1000;
    let passed = 0;
    for (let step = 0; seconds() < 5; step++) {
      for (const job of jobs) void job.updateProgress(step, 1_000_000, 'Reading page 14 of 50');
      if (seconds() - passed > 0.12) {
        passed = seconds();
        const passing = await tracker.createJob('search', { query: `passing ${step}` });
        await tracker.completeJob(passing.jobId, true);
      }
      await Bun.sleep(5);
    }
    const took = seconds();
    // What changes of status may run ahead of the limits is spread over the whole time.
    expect(events / took).toBeLessThanOrEqual(22);
    expect(events).toBeGreaterThan(0);
    expect(parts / took).toBeLessThan(10);
  }, 600_000);

  test('end with the newest progress, although they are few', async () => {
    const { tracker } = await setupApp();
    const live = new LiveTaskbar(tracker);
    const { jobId } = await tracker.createJob('scrape');
    for (let step = 1; step <= 500; step++) {
      await tracker.updateProgress(jobId, step, 500, `Step ${step}`);
      if (step % 50 === 0) await Bun.sleep(1);
    }
    const text = async () => {
      const bytes = await live.lean.read(() => live.lean.snapshot());
      return new TextDecoder().decode(bytes);
    };
    await until('the last step shows', async () => (await text()).includes('Step 500'));
  });

  test('show at most 24 cards, and count the jobs that wait beyond', async () => {
    const { tracker } = await setupApp();
    const live = new LiveTaskbar(tracker);
    await tracker.createJob('embed');
    for (let index = 0; index < 40; index++) {
      await tracker.enqueue('scrape', { username: `user_${index}` });
    }
    const { jobs, more } = await live.model();
    expect(jobs).toHaveLength(24);
    expect(more).toBe(17);
    expect(jobs[0]?.job.status).toBe('running');
    expect(jobs.at(-1)?.job.metadata).toMatchObject({ username: 'user_22' });
  });
});

test('a completed job leaves the taskbar by itself, a failed one stays until it is dismissed', async () => {
  const { tracker, database } = await setupApp();
  const live = new LiveTaskbar(tracker);
  const done = await tracker.createJob('scrape');
  const failed = await tracker.createJob('search');
  await tracker.completeJob(done.jobId, true);
  await tracker.completeJob(failed.jobId, false, 'no');
  const shown = async () => (await live.model()).jobs.map(({ job }) => job.id);
  expect(await shown()).toEqual([failed.jobId, done.jobId]);
  database.run('UPDATE jobs SET completed_at = completed_at - 31000');
  expect(await shown()).toEqual([failed.jobId]);
  await tracker.dismissJob(failed.jobId);
  expect(await shown()).toEqual([]);
});

test('a stream beyond the limit gets a 503 with Retry-After, until another one is closed', async () => {
  const { app } = await setupApp({ XGPT_MAX_CONNECTIONS: '2' });
  app.listen({ port: 0, hostname: '127.0.0.1' });
  const url = `http://127.0.0.1:${app.server?.port}`;
  const open = async () => {
    const leave = new AbortController();
    const response = await fetch(`${url}/api/jobs/stream`, { signal: leave.signal });
    return { response, leave };
  };
  const [first, second] = [await open(), await open()];
  expect([first.response.status, second.response.status]).toEqual([200, 200]);
  const headers = { accept: 'application/json' };
  const refused = await fetch(`${url}/api/jobs/stream`, { headers });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('10');
  expect(await refused.json()).toMatchObject({ error: { code: 'too_many_watchers' } });

  first.leave.abort();
  const watchers = async () =>
    ((await (await fetch(`${url}/healthz`)).json()) as { watchers: number }).watchers;
  await until('a place is free', async () => (await watchers()) === 1);
  const third = await open();
  expect(third.response.status).toBe(200);
  second.leave.abort();
  third.leave.abort();
  await until('all have left', async () => (await watchers()) === 0);
  await app.stop(true);
});
