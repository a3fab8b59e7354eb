/** Processes that share a database and do not know the same job types. */
import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { createTracker, defineJob, type Tracker } from '../../src/jobs/index.ts';
import type { RegisteredProcess } from '../../src/platform/process_registry.ts';
import { createSchedules } from '../../src/schedules/index.ts';
import type { ScheduleRun } from '../../src/schedules/schedule.ts';
import { adviceFor, runNotes } from '../../src/text/schedule_text.ts';
import { consequences } from '../support/clock.ts';
import { JobWorld } from '../support/job_world.ts';
import { errand } from '../support/jobs.ts';
import { connectionTo, MINUTE, setupSchedules } from './setup.ts';

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
    const there = connectionTo(database.again());
    const definitions = [errand(async () => 'done')];
    const knowing = createTracker({ definitions, database: there, clock });
    const adding = createSchedules({ database: there, tracker: knowing, clock });
    const { id } = await adding.add({
      type: 'errand',
      input: {},
      timeZone: 'UTC',
      cron: '* * * * *',
    });
    await clock.advance(3.5 * MINUTE);
    expect(await runs(id)).toEqual([]);
    expect(jobs()).toEqual([]);
    expect((await schedules.get(id)).problem).toContain('has the type errand');
    // The process that knows it has nothing to say of it.
    expect((await adding.get(id)).problem).toBeUndefined();

    const starting = adding.start();
    await consequences();
    await starting;
    expect(await runs(id)).toMatchObject([
      {
        outcome: 'started',
        dueAt: new Date(Date.UTC(2026, 0, 1, 0, 3)),
        missedSince: new Date(Date.UTC(2026, 0, 1, 0, 1)),
      },
    ]);
    expect((await schedules.get(id)).problem).toBeUndefined();
    await clock.advance(MINUTE);
    expect((await runs(id)).map(({ outcome }) => outcome)).toEqual(['started', 'skipped']);
    await adding.stop();
    await knowing.stop();
  });

  test('lets the process sleep until something else is due', async () => {
    const { schedules, add, clock, database } = await setupSchedules();
    const { id } = await add('* * * * *');
    await database.run("UPDATE schedules SET type = 'crawl' WHERE id = ?", id);
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
  async function startProcess(world: JobWorld, knows: boolean) {
    const definitions = knows ? {} : { definitions: [other] };
    const member = await world.start({ leaseMs: 5 * SECOND, ...definitions });
    const { tracker, process } = member;
    const database = connectionTo(member.database);
    const schedules = createSchedules({ database, tracker, clock: process.clock });
    void process.be(() => schedules.start());
    return { member, schedules };
  }

  /** With kills of the one that knows the type. @returns when the schedule was added */
  async function endure(world: JobWorld): Promise<{ id: string; createdAt: Date }> {
    world.onWorker = ({ finish }) => finish('done');
    await startProcess(world, false);
    let knowing = await startProcess(world, true);
    await startProcess(world, false);
    const schedule = await knowing.member.process.be(() =>
      knowing.schedules.add({ type: 'errand', input: {}, cron: '* * * * * *', timeZone: 'UTC' }),
    );
    for (const seconds of [20, 3, 17]) {
      await world.machine.advance(seconds * SECOND);
      await world.kill(knowing.member);
      // Nobody who knows the type is there.
      await world.machine.advance(7 * SECOND);
      knowing = await startProcess(world, true);
    }
    await world.machine.advance(5 * SECOND);
    return schedule;
  }

  test('start every run exactly once, also when that one is killed and another takes its place', async () => {
    const world = new JobWorld(1_000);
    try {
      const { id, createdAt } = await endure(world);
      const rows = await world.eye.all<RunRow>(
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
    } finally {
      await world.close();
    }
  });
});

interface RunRow {
  due: number;
  outcome: string;
  missed_since: number | null;
}

describe('FEATURES 46: a schedule whose source a process does not have', () => {
  const reading = (has: string[]) =>
    ({
      ...errand(async () => 'done', { needs: [{ field: 'source', what: 'source', has }] }),
      input: z.object({
        source: z.string().refine((source) => has.includes(source), 'Source must be another one.'),
      }),
    }) as never;

  test('waits for a process that has it, and its run says why it is late', async () => {
    const processes: RegisteredProcess[] = [];
    const world = await setupSchedules({
      definitions: [reading(['sample'])],
      processes: () => processes,
    });
    const { schedules, clock, database, runs, jobs } = world;
    await schedules.start();
    const started = new Date(clock.now());
    const there = connectionTo(database.again());
    const knowing = createTracker({
      definitions: [reading(['sample', 'notes'])],
      processes: () => processes,
      database: there,
      clock,
    });
    const adding = createSchedules({ database: there, tracker: knowing, clock });
    const request = { type: 'errand', timeZone: 'UTC', cron: '* * * * *' };
    const { id } = await adding.add({ ...request, input: { source: 'notes' } });
    const { id: own } = await adding.add({ ...request, input: { source: 'sample' } });
    let timers = 0;
    const after = clock.after;
    clock.after = (ms, run) => {
      if (ms === 0) timers++;
      return after(ms, run);
    };
    await clock.advance(2.5 * MINUTE);
    clock.after = after;
    // It sleeps between what it can start.
    expect(timers).toBeLessThan(5);
    expect(await runs(id)).toEqual([]);
    expect(await runs(own)).toHaveLength(2);
    const { problem } = await schedules.get(id);
    expect(problem).toBe(
      'No running process has the source notes. What is due waits for one that has it.',
    );
    expect(adviceFor({ problem: problem as string })).toStartWith('Start the program that has it');
    await expect(schedules.runNow(id)).rejects.toThrow('Source must be another one.');

    const plain = { kind: 'server', startedAt: started, serves: knownTo(world.tracker) } as const;
    processes.push({ ...plain, seenAt: new Date(clock.now()), pid: 1, host: 'here' });
    // The terminal of a program that has it says so too, as long as that does not run.
    expect((await adding.get(id)).problem).toBe(problem);
    const starting = adding.start();
    await consequences();
    await starting;
    const [run] = await runs(id);
    expect(run).toMatchObject({ outcome: 'started', delay: 'blocked', lacked: 'the source notes' });
    expect(runNotes(run as ScheduleRun, 'UTC')[0]).toEndWith(
      'because no running process had the source notes.',
    );
    // The other process has heard of it by then.
    await clock.advance(SECOND);
    expect(jobs().filter(({ metadata }) => metadata?.source === 'notes')).toHaveLength(1);
    await adding.stop();
    await knowing.stop();
  });

  const knownTo = (tracker: Tracker) => tracker.reader.serving.served;
});
