import { describe, expect, test } from 'bun:test';
import { createSchedules } from '../../src/schedules/index.ts';
import { consequences } from '../support/clock.ts';
import { errand, gate } from '../support/jobs.ts';
import { DAY, HOUR, MINUTE, setupSchedules } from './setup.ts';

/** The clock of the tests begins here. */
const START = Date.UTC(2026, 0, 1);

const at = (ms: number) => new Date(START + ms);

describe('40: a schedule', () => {
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
    const { schedules, add, clock, database } = await setupSchedules();
    await add('0 3 * * *');
    let timers = 0;
    const after = clock.after;
    clock.after = (ms, run) => {
      timers++;
      return after(ms, run);
    };
    // The tracker's own timers do not count.
    const before = timers;
    const alone = createSchedules({
      database,
      tracker: { onForeignCommit: () => () => {} } as never,
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

describe('40: a run that was missed', () => {
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

  test('because the database could not be written', async () => {
    const { schedules, add, clock, runs, tracker } = await setupSchedules();
    await schedules.start();
    const { id } = await add('*/3 * * * *');
    let isFull = true;
    const issue = {
      code: 'disk_full',
      title: 'The disk is full.',
      advice: 'Make room.',
      recovered: '',
    };
    tracker.watchDatabase({
      obstacle: () => (isFull ? (issue as never) : undefined),
      noticed: () => issue,
    });
    await clock.advance(3 * MINUTE + 70_000);
    expect(await runs(id)).toEqual([]);
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

describe('40: when the clock is set back', () => {
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

describe('40: two jobs of a schedule never run at once', () => {
  test('a due time while the former job is active is skipped, and said', async () => {
    let work = gate<string>();
    const { schedules, add, clock, jobs, runs } = await setupSchedules({
      definitions: [errand(() => work.promise, { concurrency: 5 })],
    });
    await schedules.start();
    const { id } = await add('* * * * *');
    await clock.advance(3 * MINUTE);
    const [job] = jobs();
    expect(jobs()).toHaveLength(1);
    expect((await runs(id)).map(({ outcome, job }) => [outcome, job?.id])).toEqual([
      ['started', job?.id],
      ['skipped', job?.id],
      ['skipped', job?.id],
    ]);
    work.resolve('done');
    work = gate();
    await clock.advance(MINUTE);
    expect(jobs()).toHaveLength(2);
  });

  test('not when an earlier one was retried by hand either', async () => {
    let fails = true;
    const work = gate<string>();
    const definition = errand(
      async () => {
        if (!fails) return work.promise;
        throw Object.assign(new Error('Not today.'), { permanent: true });
      },
      { concurrency: 5 },
    );
    const { schedules, add, clock, jobs, runs, tracker } = await setupSchedules({
      definitions: [definition],
    });
    await schedules.start();
    const { id } = await add('* * * * *');
    await clock.advance(2 * MINUTE);
    fails = false;
    await tracker.retryJob(jobs()[0]?.id ?? '');
    await clock.advance(MINUTE);
    expect((await runs(id)).map(({ outcome }) => outcome)).toEqual([
      'started',
      'started',
      'skipped',
    ]);
  });

  test('nor by hand', async () => {
    const work = gate<string>();
    const { schedules, add, clock } = await setupSchedules({
      definitions: [errand(() => work.promise)],
    });
    await schedules.start();
    const { id } = await add('* * * * *');
    await clock.advance(MINUTE);
    await expect(schedules.runNow(id)).rejects.toThrow('A job of this schedule is still active.');
  });

  test('a start by hand counts as a run of no due time', async () => {
    const { schedules, add, clock, runs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('*/3 * * * *');
    await schedules.pause(id);
    const { id: jobId } = await schedules.runNow(id);
    await clock.advance(6 * MINUTE);
    const [run] = await runs(id);
    expect(run).toMatchObject({ outcome: 'started', job: { id: jobId, status: 'completed' } });
    expect(run).not.toHaveProperty('dueAt');
  });
});

describe('40: a schedule that can start nothing says why', () => {
  test('when a limit of waiting jobs is reached', async () => {
    const work = gate<string>();
    const { schedules, add, clock, jobs, runs, tracker } = await setupSchedules({
      definitions: [errand(() => work.promise)],
      maxWaiting: { perType: 2, perClient: 2 },
    });
    await schedules.start();
    const { id } = await add('* * * * *');
    for (const name of ['one', 'two', 'three']) await tracker.enqueue('errand', { name });
    await clock.advance(MINUTE);
    expect(jobs()).toHaveLength(3);
    expect(await runs(id)).toMatchObject([
      { outcome: 'refused', message: 'Too many jobs of this type were waiting.' },
    ]);
    await expect(schedules.runNow(id)).rejects.toThrow('2 errand jobs are already waiting.');
  });

  test('when its client has too many waiting jobs', async () => {
    const work = gate<string>();
    const { schedules, clock, runs, tracker } = await setupSchedules({
      definitions: [errand(() => work.promise)],
      maxWaiting: { perType: 100, perClient: 1 },
    });
    await schedules.start();
    const client = '192.0.2.1';
    const request = { type: 'errand', input: {}, timeZone: 'UTC', cron: '* * * * *', client };
    const { id } = await schedules.add(request);
    for (const name of ['one', 'two']) await tracker.enqueue('errand', { name }, { client });
    await clock.advance(MINUTE);
    expect((await runs(id))[0]?.message).toContain('of the client that made the schedule');
  });

  test('when its type does not exist any more', async () => {
    const { schedules, add, clock, database, runs, jobs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('* * * * *');
    const { id: other } = await add('30 * * * * *');
    database.run("UPDATE schedules SET type = 'crawl' WHERE id = ?", [id]);
    expect((await schedules.get(id)).problem).toContain('Unknown job type "crawl"');
    await clock.advance(2 * MINUTE);
    expect((await runs(id)).map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    // The other ones start.
    expect(jobs().map(({ id }) => id)).toEqual((await runs(other)).map(({ job }) => job?.id ?? ''));
    await expect(schedules.runNow(id)).rejects.toThrow('Unknown job type');
  });

  test('when its input is not valid any more', async () => {
    const { schedules, add, clock, database, runs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('* * * * *');
    database.run(`UPDATE schedules SET input = '{"name":5}' WHERE id = ?`, [id]);
    expect((await schedules.get(id)).problem).toBe('Invalid input. Name is missing.');
    await clock.advance(MINUTE);
    expect((await runs(id))[0]).toMatchObject({
      outcome: 'refused',
      message: 'Invalid input. Name is missing.',
    });
  });

  test('when this machine does not know its time zone', async () => {
    const { schedules, add, clock, database, runs, restart, jobs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('* * * * *');
    const { id: other } = await add('30 * * * * *');
    database.run("UPDATE schedules SET time_zone = 'Mars/Phobos' WHERE id = ?", [id]);
    await clock.advance(2 * MINUTE);
    expect(await runs(id)).toMatchObject([{ outcome: 'refused' }]);
    expect((await schedules.get(id)).problem).toContain('Time zone "Mars/Phobos" is unknown.');
    await restart();
    await clock.advance(MINUTE);
    expect(await runs(other)).toHaveLength(3);
    expect(jobs()).toHaveLength(3);
  });
});

describe('40: adding a schedule', () => {
  test('names everything that is wrong, and stores nothing', async () => {
    const { schedules } = await setupSchedules();
    const request = {
      type: 'errand',
      input: { name: 5 },
      sessionId: '!',
      timeZone: 'Nowhere',
      cron: 'x',
    };
    const error = await schedules.add(request).catch((error) => error);
    expect(Object.keys(error.details).sort()).toEqual(['cron', 'name', 'sessionId', 'timeZone']);
    const unknown = await schedules.add({ ...request, type: 'crawl' }).catch((error) => error);
    expect(unknown.details.type).toContain('Unknown job type "crawl"');
    expect(await schedules.list()).toEqual([]);
  });

  test('wakes a scheduler that sleeps', async () => {
    const { schedules, add, clock, jobs } = await setupSchedules();
    await schedules.start();
    await clock.advance(10_000);
    await add('*/20 * * * * *');
    await clock.advance(10_000);
    expect(jobs()).toHaveLength(1);
  });

  test('keeps the last 1,000 runs', async () => {
    const { schedules, add, clock, database } = await setupSchedules();
    await schedules.start();
    const { id } = await add('* * * * * *');
    database.run(
      `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1500)
       INSERT INTO schedule_runs (schedule_id, due, at, outcome, message) SELECT ?, n, n, 'refused', '' FROM n`,
      [id],
    );
    await clock.advance(1_000);
    const { runs } = database.query('SELECT COUNT(*) AS runs FROM schedule_runs').get() as {
      runs: number;
    };
    expect(runs).toBe(1_000);
    expect(await schedules.runs(id)).toHaveLength(50);
  });
});
