import { describe, expect, test } from 'bun:test';
import { errand, gate } from '../support/jobs.ts';
import { MINUTE, setupSchedules } from './setup.ts';

describe('FEATURES 40: two jobs of a schedule never run at once', () => {
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

describe('FEATURES 40: a schedule that can start nothing says why', () => {
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

  test('when no process has known its type for a minute', async () => {
    const { schedules, add, clock, database, runs, jobs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('* * * * *');
    const { id: other } = await add('30 * * * * *');
    await database.run("UPDATE schedules SET type = 'crawl' WHERE id = ?", id);
    await clock.advance(2 * MINUTE - 1);
    expect((await schedules.get(id)).problem).toBeUndefined();
    await clock.advance(1);
    expect((await schedules.get(id)).problem).toBe(
      'No running process has the type crawl. What is due waits for one that has it.',
    );
    expect(await runs(id)).toEqual([]);
    // The other ones start.
    expect(jobs().map(({ id }) => id)).toEqual((await runs(other)).map(({ job }) => job?.id ?? ''));
    await expect(schedules.runNow(id)).rejects.toThrow('Unknown job type');
  });

  test('when its type has become one whose jobs are started by hand only', async () => {
    let isOnce = false;
    const { schedules, add, clock, runs, jobs } = await setupSchedules({ isOnce: () => isOnce });
    await schedules.start();
    const { id } = await add('* * * * *');
    isOnce = true;
    const message = 'A schedule cannot start errand: its jobs are started by hand only.';
    expect((await schedules.get(id)).problem).toBe(message);
    await clock.advance(MINUTE);
    expect(await runs(id)).toMatchObject([{ outcome: 'refused', message }]);
    expect(jobs()).toEqual([]);
    for (const change of [() => schedules.runNow(id), () => schedules.edit(id, { at: '04:00' })]) {
      await expect(change()).rejects.toThrow(message);
    }
    await expect(add('@daily')).rejects.toThrow(message);
    await schedules.remove(id);
  });

  test('when its input is not valid any more', async () => {
    const { schedules, add, clock, database, runs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('* * * * *');
    await database.run(`UPDATE schedules SET input = '{"name":5}' WHERE id = ?`, id);
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
    await database.run("UPDATE schedules SET time_zone = 'Mars/Phobos' WHERE id = ?", id);
    await clock.advance(2 * MINUTE);
    expect(await runs(id)).toMatchObject([{ outcome: 'refused' }]);
    expect((await schedules.get(id)).problem).toContain('Time zone "Mars/Phobos" is unknown.');
    await restart();
    await clock.advance(MINUTE);
    expect(await runs(other)).toHaveLength(3);
    expect(jobs()).toHaveLength(3);
  });
});

describe('FEATURES 40: adding a schedule', () => {
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
    await database.run(
      `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1500)
       INSERT INTO schedule_runs (schedule_id, due, at, outcome, message) SELECT ?, n, n, 'refused', '' FROM n`,
      id,
    );
    await clock.advance(1_000);
    const rows = await database.get('SELECT COUNT(*) AS runs FROM schedule_runs');
    expect(rows).toEqual({ runs: 1_000 });
    expect(await schedules.runs(id)).toHaveLength(50);
  });
});
