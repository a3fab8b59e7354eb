/** Processes that share a database and do not know the same job types. */
import type { Database } from 'bun:sqlite';
import { afterAll, describe, expect, test } from 'bun:test';
import { createTracker, defineJob } from '../../src/jobs/index.ts';
import { createSchedules } from '../../src/schedules/index.ts';
import { consequences } from '../support/clock.ts';
import { JobWorld } from '../support/job_world.ts';
import { errand } from '../support/jobs.ts';
import { HOUR, MINUTE, setupSchedules } from './setup.ts';

const SECOND = 1_000;

/** A type that only other programs have. */
const other = defineJob({
  type: 'scrape',
  concurrency: 1,
  input: { safeParse: () => ({ success: true, data: {} }) } as never,
  run: async () => ({}) as never,
});

describe('FEATURES 46: a schedule of a type that a process does not know', () => {
  test('waits for a process that knows it, and starts once there', async () => {
    const world = await setupSchedules({ definitions: [other] });
    const { schedules, clock, database, jobs, runs } = world;
    await schedules.start();
    const knowing = createTracker({ definitions: [errand(async () => 'done')], database, clock });
    const adding = createSchedules({ database, tracker: knowing, clock });
    const { id } = await adding.add({
      type: 'errand',
      input: {},
      timeZone: 'UTC',
      cron: '0 * * * *',
    });
    await clock.advance(3 * HOUR + 30 * MINUTE);
    expect(await runs(id)).toEqual([]);
    expect(jobs()).toEqual([]);
    expect((await schedules.get(id)).problem).toContain('knows the job type "errand"');
    // The process that knows it has nothing to say of it.
    expect((await adding.get(id)).problem).toBeUndefined();

    const starting = adding.start();
    await consequences();
    await starting;
    expect(await runs(id)).toMatchObject([
      {
        outcome: 'started',
        dueAt: new Date(Date.UTC(2026, 0, 1, 3)),
        missedSince: new Date(Date.UTC(2026, 0, 1, 1)),
      },
    ]);
    expect((await schedules.get(id)).problem).toBeUndefined();
    await clock.advance(HOUR);
    expect((await runs(id)).map(({ outcome }) => outcome)).toEqual(['started', 'skipped']);
    await adding.stop();
    await knowing.stop();
  });

  test('lets the process sleep until something else is due', async () => {
    const { schedules, add, clock, database } = await setupSchedules();
    const { id } = await add('* * * * *');
    database.run("UPDATE schedules SET type = 'crawl' WHERE id = ?", [id]);
    await schedules.start();
    await clock.advance(2 * MINUTE);
    let timers = 0;
    const after = clock.after;
    clock.after = (ms, run) => {
      if (ms === 0) timers++;
      return after(ms, run);
    };
    await clock.advance(MINUTE);
    expect(timers).toBe(0);
    expect((await schedules.get(id)).problem).toBeDefined();
  });
});

describe('FEATURES 40: three processes of which one knows the type', () => {
  const world = new JobWorld(1_000);
  afterAll(() => world.close());

  async function startProcess(knows: boolean) {
    const definitions = knows ? {} : { definitions: [other] };
    const member = await world.start({ leaseMs: 5 * SECOND, ...definitions });
    const { tracker, process } = member;
    const database = member.database.connection as Database;
    const schedules = createSchedules({ database, tracker, clock: process.clock });
    void process.be(() => schedules.start());
    return { member, schedules };
  }

  test('start every run exactly once, also when that one is killed and another takes its place', async () => {
    world.onWorker = ({ finish }) => finish('done');
    await startProcess(false);
    let knowing = await startProcess(true);
    await startProcess(false);
    const { id, createdAt } = await knowing.member.process.be(() =>
      knowing.schedules.add({ type: 'errand', input: {}, cron: '* * * * * *', timeZone: 'UTC' }),
    );
    for (const seconds of [20, 3, 17]) {
      await world.machine.advance(seconds * SECOND);
      await world.kill(knowing.member);
      // Nobody who knows the type is there.
      await world.machine.advance(7 * SECOND);
      knowing = await startProcess(true);
    }
    await world.machine.advance(5 * SECOND);

    const rows = await world.eye.all<{ due: number; outcome: string; missed_since: number | null }>(
      'SELECT * FROM schedule_runs WHERE schedule_id = ? ORDER BY due',
      id,
    );
    expect(rows.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
    const decided = rows.flatMap(({ due, missed_since }) => {
      const from = missed_since ?? due;
      return Array.from({ length: (due - from) / SECOND + 1 }, (_, n) => from + n * SECOND);
    });
    const [first = 0, last = 0] = [decided[0], decided.at(-1)];
    expect(first).toBe(createdAt.getTime() + SECOND);
    expect(decided).toEqual(
      Array.from({ length: (last - first) / SECOND + 1 }, (_, n) => first + n * SECOND),
    );
    expect(decided.length).toBeGreaterThanOrEqual(60);
    expect(rows.filter(({ missed_since }) => missed_since !== null).length).toBe(3);
    const jobs = await world.eye.all('SELECT id FROM jobs');
    expect(jobs).toHaveLength(rows.filter(({ outcome }) => outcome === 'started').length);
  });
});
