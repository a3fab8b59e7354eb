import { describe, expect, test } from 'bun:test';
import { storeOver } from '../../src/schedules/index.ts';
import type { ScheduleChanges } from '../../src/schedules/schedule.ts';
import type { DueRun } from '../../src/schedules/store.ts';
import { changeText } from '../../src/text/audit_text.ts';
import { errand, gate } from '../support/jobs.ts';
import { connectionTo, DAY, HOUR, MINUTE, settled, setupSchedules } from './setup.ts';

/** The clock of the tests begins here. */
const START = Date.UTC(2026, 0, 1);

const at = (ms: number) => new Date(START + ms);

describe('FEATURES 40: a schedule that is edited', () => {
  test('FEATURES 40: starts at the new times, with the new options and input', async () => {
    const { schedules, add, clock, jobs } = await setupSchedules();
    await schedules.start();
    const { id } = await add('*/10 * * * *');
    await clock.advance(10 * MINUTE);
    const changes = { cron: '*/3 * * * *', priority: 4, timeoutMs: 60_000, sessionId: 'often' };
    const edited = await settled(schedules.edit(id, { ...changes, input: { name: 'other' } }));
    expect(edited).toMatchObject({ ...changes, nextDueAt: at(12 * MINUTE) });
    await clock.advance(2 * MINUTE);
    expect(jobs()).toHaveLength(2);
    expect(jobs()[0]).toMatchObject({ priority: 0, metadata: { name: 'nightly' } });
    expect(jobs()[1]).toMatchObject({
      priority: 4,
      timeoutMs: 60_000,
      sessionId: 'often',
      metadata: { name: 'other' },
      createdAt: at(12 * MINUTE),
    });
  });

  test('FEATURES 40: while a run is overdue: other times leave it out, other options do not', async () => {
    const { schedules, add, clock, restart, jobs, runs } = await setupSchedules();
    const { id: moved } = await add('0 3 * * *', { input: { name: 'moved' } });
    const { id: same } = await add('0 3 * * *', { input: { name: 'same' } });
    clock.skip(8 * HOUR);
    await settled(schedules.edit(moved, { at: '09:00' }));
    await settled(schedules.edit(same, { priority: 9, at: '03:00', timeZone: 'UTC' }));
    await restart();
    expect(jobs().map(({ metadata, priority }) => [metadata?.name, priority])).toEqual([
      ['same', 9],
    ]);
    expect(await runs(moved)).toEqual([]);
    expect(await runs(same)).toMatchObject([{ dueAt: at(3 * HOUR), delay: 'stopped' }]);
    expect((await schedules.get(moved)).nextDueAt).toEqual(at(9 * HOUR));
  });

  test('FEATURES 40: is not started by what a process has read before', async () => {
    const { schedules, add, clock, database, jobs, tracker } = await setupSchedules();
    const store = storeOver(connectionTo(database));
    const { id } = await add('* * * * *');
    clock.skip(MINUTE);
    const [read] = await store.due(clock.now(), ['errand']);
    const due = read?.nextDue ?? 0;
    // It stays due at the same time.
    await settled(schedules.edit(id, { priority: 9 }));
    const run: DueRun = { ...{ id, version: 0, from: due, due, next: due + DAY }, now: due };
    const stale = store.claimDue(run);
    const start = tracker.enqueueClaimed(stale, { type: 'errand', input: { name: 'stale' } });
    expect(await settled(start)).toBeUndefined();
    expect(stale.decision).toBe('gone');
    expect(await settled(store.refuse(run, 'Too late.'))).toBe(false);
    expect(await settled(store.moveDue({ id, version: 0, nextDue: due }, due + DAY))).toBe(false);
    await settled(schedules.start());
    expect(jobs().map(({ priority }) => priority)).toEqual([9]);
    expect((await schedules.get(id)).nextDueAt).toEqual(at(2 * MINUTE));
  });

  test('FEATURES 40: by two people at once has both changes', async () => {
    const { schedules, add } = await setupSchedules();
    const { id } = await add('0 3 * * 5');
    await settled(
      Promise.all([schedules.edit(id, { at: '04:30' }), schedules.edit(id, { priority: 5 })]),
    );
    expect(await schedules.get(id)).toMatchObject({ cron: '30 4 * * 5', priority: 5 });
  });

  test('FEATURES 40: while it is paused stays paused, and is due at the new times when it is resumed', async () => {
    const { schedules, add } = await setupSchedules();
    const { id } = await add('0 3 * * *');
    await settled(schedules.pause(id));
    const edited = await settled(schedules.edit(id, { at: '04:30' }));
    expect(edited.pausedAt).toBeDate();
    expect(edited.nextDueAt).toBeUndefined();
    expect((await settled(schedules.resume(id))).nextDueAt).toEqual(at(4.5 * HOUR));
  });

  test('FEATURES 40: whose type is gone, or whose zone is unknown, can be mended as far as it goes', async () => {
    const { schedules, add, database, clock } = await setupSchedules();
    const { id } = await add('0 3 * * *');
    await database.run("UPDATE schedules SET type = 'crawl', time_zone = 'Mars/Phobos'");
    // What stays is not checked again.
    const edited = await settled(schedules.edit(id, { priority: 2 }));
    expect(edited.priority).toBe(2);
    await expect(settled(schedules.edit(id, { at: '04:00' }))).rejects.toThrow('"Mars/Phobos"');
    await settled(schedules.edit(id, { at: '04:00', timeZone: 'Asia/Tokyo' }));
    await expect(settled(schedules.edit(id, { input: { name: 'x' } }))).rejects.toThrow('crawl');
    await database.run("UPDATE schedules SET type = 'errand'");
    expect(await schedules.get(id)).toMatchObject({ nextDueAt: at(19 * HOUR), priority: 2 });
    expect((await schedules.get(id)).problem).toBeUndefined();
    await database.run("UPDATE schedules SET type = 'crawl'");
    clock.skip(19 * HOUR);
    await clock.advance(MINUTE);
    const { problem } = await settled(schedules.edit(id, { priority: 3 }));
    expect(problem).toContain('has the type crawl');
  });

  const DEFAULTS: [cron: string, changes: ScheduleChanges, expected: string][] = [
    ['30 4 * * 5', { at: null }, '0 3 * * 5'],
    ['30 4 * * *', { at: '' }, '0 3 * * *'],
    ['30 4 * * 5', { day: null }, '30 4 * * 1'],
    ['30 4 * * 5', { every: '' }, '30 4 * * *'],
    ['0 * * * *', { every: null }, '0 3 * * *'],
    ['*/7 * * * *', { cron: null }, '0 3 * * *'],
    ['*/7 * * * *', { cron: null, at: '05:00' }, '0 5 * * *'],
    // They have no effect on these, so nothing is taken away.
    ['30 4 * * 5', { cron: null }, '30 4 * * 5'],
    ['*/7 * * * *', { at: null, day: null }, '*/7 * * * *'],
  ];

  test('FEATURES 40: null and an empty text are the default', async () => {
    const { schedules, add } = await setupSchedules();
    for (const [cron, changes, expected] of DEFAULTS) {
      const { id } = await add(cron, { input: { name: JSON.stringify([cron, changes]) } });
      const edited = await settled(schedules.edit(id, changes));
      expect([cron, changes, edited.cron]).toEqual([cron, changes, expected]);
      await settled(schedules.remove(id));
    }
    const { id } = await add('0 3 * * *', { timeZone: 'Pacific/Apia' });
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    for (const given of [null, '']) {
      await settled(schedules.edit(id, { timeZone: 'Pacific/Apia' }));
      expect(await settled(schedules.edit(id, { timeZone: given }))).toMatchObject({ timeZone });
    }
  });

  test('FEATURES 40: is recorded with what differs, and not at all when nothing does', async () => {
    const { schedules, add, tracker } = await setupSchedules();
    const { id } = await add('0 3 * * *');
    const recorded = async () =>
      (await tracker.audit.list({ kind: 'schedule' })).entries.filter(
        ({ action }) => action === 'change',
      );
    const by = { via: 'terminal', user: 'ada' } as const;
    const same = { at: '03:00', every: 'night', timeZone: 'UTC' };
    await settled(schedules.edit(id, { ...same, priority: 0, timeoutMs: null }, by));
    expect(await recorded()).toEqual([]);
    await settled(schedules.edit(id, { priority: 5, timeoutMs: 60_000, sessionId: 'often' }, by));
    expect((await recorded()).map(changeText)).toEqual([
      'priority: 0 → 5, timeoutMs: none → 60000, session: none → often',
    ]);
  });

  test('FEATURES 40: that does not exist, or not any more', async () => {
    const { schedules, add } = await setupSchedules();
    const { id } = await add('0 3 * * *');
    await settled(schedules.remove(id));
    await expect(schedules.edit(id, { at: '04:00' })).rejects.toThrow('There is no such schedule.');
    await expect(schedules.resume(id)).rejects.toThrow('There is no such schedule.');
  });
});

test('FEATURES 40: a schedule that was paused over the night when clocks change is due at the same local time', async () => {
  const { schedules, add, clock } = await setupSchedules();
  const { id } = await add('30 2 * * *', { timeZone: 'Europe/Berlin' });
  clock.skip(Date.UTC(2026, 2, 28, 12) - START);
  await settled(schedules.pause(id));
  clock.skip(DAY);
  const after = await settled(schedules.resume(id));
  expect(after.nextDueAt).toEqual(new Date('2026-03-30T02:30:00+02:00'));
});

test('FEATURES 40: a schedule that is removed while its job runs leaves the job, and one that is added again is another', async () => {
  const work = gate<string>();
  const { schedules, add, clock, jobs, tracker } = await setupSchedules({
    definitions: [errand(() => work.promise, { concurrency: 2 })],
  });
  await schedules.start();
  const { id } = await add('* * * * *');
  await clock.advance(MINUTE);
  await settled(schedules.remove(id));
  await expect(schedules.runs(id)).rejects.toThrow('There is no such schedule.');
  const again = await add('* * * * *');
  expect(again.lastRun).toBeUndefined();
  await clock.advance(MINUTE);
  expect(jobs().map(({ status }) => status)).toEqual(['running', 'running']);
  work.resolve('done');
  await clock.advance(0);
  expect(tracker.getAllJobs().map(({ status }) => status)).toEqual(['completed', 'completed']);
});

test('FEATURES 40: two servers whose clocks differ start each run once', async () => {
  const ahead = await setupSchedules();
  const behind = await setupSchedules({}, ahead.database);
  ahead.clock.set(5 * MINUTE);
  await ahead.schedules.start();
  await settled(behind.schedules.start());
  const { id } = await ahead.add('* * * * *');
  for (let minute = 0; minute < 20; minute++) {
    await ahead.clock.advance(MINUTE);
    await behind.clock.advance(MINUTE);
    // The one behind is started again, and computes what is due anew.
    if (minute === 10) await behind.restart();
  }
  const runs = await ahead.runs(id);
  expect(runs.map(({ dueAt }) => dueAt)).toEqual(
    Array.from({ length: 20 }, (_, n) => at((n + 6) * MINUTE)),
  );
  expect(runs.filter(({ delay, outcome }) => delay || outcome !== 'started')).toEqual([]);
  expect(ahead.jobs()).toHaveLength(20);
});
