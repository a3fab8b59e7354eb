import { describe, expect, test } from 'bun:test';
import { createLogger } from '../../src/platform/logger.ts';
import { createSchedules } from '../../src/schedules/index.ts';
import { consequences } from '../support/clock.ts';
import { errand, gate } from '../support/jobs.ts';
import { connectionTo, DAY, HOUR, MINUTE, setupSchedules } from './setup.ts';

/** The clock of the tests begins here. */
const START = Date.UTC(2026, 0, 1);

const at = (ms: number) => new Date(START + ms);

describe('FEATURES 40: a schedule', () => {
  test('starts its job at each due time, and once', async () => {
    const { schedules, add, clock, jobs, runs } = await setupSchedules();
    await schedules.start();
    const { id, nextDueAt } = await add('*/3 * * * *');
    expect(nextDueAt).toEqual(at(3 * MINUTE));
    await clock.advance(3 * MINUTE - 1);
    expect(jobs()).toEqual([]);
    await clock.advance(1);
    expect(jobs()).toHaveLength(1);
    expect(jobs()[0]).toMatchObject({
      type: 'errand',
      status: 'completed',
      metadata: { name: 'nightly' },
    });
    await clock.advance(6 * MINUTE);
    expect(jobs().map(({ createdAt }) => createdAt)).toEqual(
      [0, 1, 2].map((n) => at(3 * MINUTE * (n + 1))),
    );
    const kept = await runs(id);
    expect(kept.map(({ dueAt, outcome, delay }) => [dueAt, outcome, delay])).toEqual(
      [0, 1, 2].map((n) => [at(3 * MINUTE * (n + 1)), 'started', undefined]),
    );
    expect(kept.map(({ job }) => job?.id)).toEqual(jobs().map(({ id }) => id));
  });

  test('is due in its own time zone', async () => {
    const { add } = await setupSchedules();
    expect((await add('0 3 * * *', { timeZone: 'Europe/Berlin' })).nextDueAt).toEqual(at(2 * HOUR));
    expect((await add('0 3 * * *', { timeZone: 'Asia/Tokyo' })).nextDueAt).toEqual(at(18 * HOUR));
  });

  test('sleeps until it is due: no check in between, except one every half minute', async () => {
    const { schedules, add, clock, database, tracker } = await setupSchedules();
    await add('0 3 * * *');
    let timers = 0;
    const after = clock.after;
    clock.after = (ms, run) => {
      timers++;
      return after(ms, run);
    };
    // The tracker's own timers do not count.
    const before = timers;
    const { errors } = tracker;
    const alone = createSchedules({
      database: connectionTo(database),
      tracker: { onForeignCommit: () => () => {}, types: ['errand'], errors } as never,
      clock,
    });
    await alone.start();
    expect(timers - before).toBe(1);
    await alone.stop();
    await schedules.stop();
  });

  test('keeps its job’s outcome when the job is deleted', async () => {
    const { schedules, add, clock, tracker, runs, jobs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('*/3 * * * *');
    await clock.advance(3 * MINUTE);
    const [job] = jobs();
    expect((await runs(id))[0]?.job).toMatchObject({ status: 'completed', isDeleted: false });
    await tracker.removeJob(job?.id ?? '');
    expect((await runs(id))[0]?.job).toEqual({
      id: job?.id ?? '',
      status: 'completed',
      completedAt: at(3 * MINUTE),
      result: 'done',
      isDeleted: true,
    });
  });

  test('that is removed starts nothing more, and its job goes on', async () => {
    const work = gate<string>();
    const { schedules, add, clock, jobs } = await setupSchedules({
      definitions: [errand(() => work.promise)],
    });
    await schedules.start();
    const { id } = await add('*/3 * * * *');
    await clock.advance(3 * MINUTE);
    await schedules.remove(id);
    expect(jobs()[0]?.status).toBe('running');
    await clock.advance(6 * MINUTE);
    expect(jobs()).toHaveLength(1);
    await expect(schedules.remove(id)).rejects.toThrow('There is no such schedule.');
    work.resolve('done');
    await consequences();
    expect(jobs()[0]?.status).toBe('completed');
  });
});

describe('FEATURES 40: a run that was missed', () => {
  test('starts once, late, and says so', async () => {
    const { add, clock, restart, runs, jobs } = await setupSchedules();
    const { id } = await add('0 3 * * *');
    // No process starts anything for three nights.
    clock.skip(2 * DAY + 8 * HOUR + 12 * MINUTE);
    await restart();
    expect(jobs()).toHaveLength(1);
    expect(await runs(id)).toMatchObject([
      {
        at: at(2 * DAY + 8 * HOUR + 12 * MINUTE),
        dueAt: at(2 * DAY + 3 * HOUR),
        missedSince: at(3 * HOUR),
        delay: 'stopped',
        outcome: 'started',
      },
    ]);
  });

  test('because the machine was asleep', async () => {
    const { schedules, add, clock, runs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('0 3 * * *');
    clock.skip(5 * HOUR);
    await clock.advance(MINUTE);
    expect(await runs(id)).toMatchObject([{ dueAt: at(3 * HOUR), delay: 'asleep' }]);
  });

  test('because the clock was set forward', async () => {
    const { schedules, add, clock, runs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('0 3 * * *');
    clock.set(4 * HOUR);
    await clock.advance(MINUTE);
    expect(await runs(id)).toMatchObject([{ dueAt: at(3 * HOUR), delay: 'asleep' }]);
  });

  test('because the database could not be written, which its watch reports', async () => {
    const log: string[] = [];
    const logger = createLogger('warn', (line) => log.push(line));
    const { schedules, add, clock, runs, tracker } = await setupSchedules({ logger });
    await schedules.start();
    const { id } = await add('*/3 * * * *');
    let isFull = true;
    const issue = {
      code: 'disk_full',
      title: 'The disk is full.',
      advice: 'Make room.',
      recovered: '',
    };
    tracker.errors.watch = {
      obstacle: () => (isFull ? (issue as never) : undefined),
      noticed: () => issue,
    };
    await clock.advance(3 * MINUTE + 70_000);
    expect(await runs(id)).toEqual([]);
    expect(log).toEqual([]);
    isFull = false;
    await clock.advance(5_000);
    expect(await runs(id)).toMatchObject([
      { dueAt: at(3 * MINUTE), delay: 'blocked', outcome: 'started' },
    ]);
  });

  test('while it was paused is not made up for', async () => {
    const { schedules, add, clock, jobs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('*/3 * * * *');
    expect(await schedules.pause(id)).not.toHaveProperty('nextDueAt');
    await clock.advance(5 * MINUTE);
    expect(jobs()).toEqual([]);
    expect((await schedules.resume(id)).nextDueAt).toEqual(at(6 * MINUTE));
    await clock.advance(MINUTE);
    expect(jobs()).toHaveLength(1);
  });
});

describe('FEATURES 40: when the clock is set back', () => {
  test('what has run does not run again', async () => {
    const { schedules, add, clock, jobs } = await setupSchedules();
    await schedules.start();
    await add('* * * * *');
    await clock.advance(5 * MINUTE + 1_000);
    expect(jobs()).toHaveLength(5);
    clock.set(-3 * MINUTE);
    await clock.advance(3 * MINUTE);
    expect(jobs()).toHaveLength(5);
    await clock.advance(MINUTE);
    expect(jobs()).toHaveLength(6);
  });

  test('a schedule that was made while it was ahead is due at the right time', async () => {
    const { schedules, add, clock, jobs } = await setupSchedules();
    await schedules.start();
    clock.set(400 * DAY);
    await clock.advance(MINUTE);
    await add('*/3 * * * *');
    clock.set(-400 * DAY);
    await clock.advance(3 * MINUTE);
    expect(jobs().map(({ createdAt }) => createdAt)).toEqual([at(3 * MINUTE)]);
  });

  test('while xgpt was not running, too', async () => {
    const { add, clock, restart, jobs } = await setupSchedules();
    clock.set(400 * DAY);
    await add('*/3 * * * *');
    clock.set(-400 * DAY);
    await restart();
    await clock.advance(3 * MINUTE);
    expect(jobs()).toHaveLength(1);
  });
});
