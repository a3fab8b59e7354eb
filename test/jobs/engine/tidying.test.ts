import { describe, expect, test } from 'bun:test';
import {
  boundedError,
  linesOf,
  measured,
  oneLine,
  tidied,
} from '../../../src/jobs/engine/tidying.ts';
import { errand, gate, setup } from '../../support/jobs.ts';
import { withoutTimes } from '../../support/log_text.ts';

const MOST = Number.MAX_SAFE_INTEGER;

describe('A3: progress', () => {
  test.each<[number, number, number, number]>([
    [0, 0, 0, 0],
    [280, 1_000, 280, 1_000],
    [5, 0, 5, 0],
    [12, 10, 12, 12],
    [0, 1, 0, 1],
    [1, 1, 1, 1],
    // A count that nothing can have is not known.
    [5, Number.POSITIVE_INFINITY, 5, 0],
    [5, Number.NaN, 5, 0],
    [5, -1, 5, 0],
    [5, Number.NEGATIVE_INFINITY, 5, 0],
    [Number.POSITIVE_INFINITY, 10, 0, 10],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0],
    [Number.NaN, 10, 0, 10],
    [-3, 10, 0, 10],
    [-0, 10, 0, 10],
    // Shares are in hundredths, and done only when they are.
    [0.6, 1, 60, 100],
    [0.29, 1, 29, 100],
    [0.999, 1, 99, 100],
    [0.001, 1, 0, 100],
    [1.5, 2, 75, 100],
    [2.5, 10, 25, 100],
    [0.5, 0.5, 100, 100],
    [1.2, 1, 100, 100],
    [0, 0.4, 0, 100],
    // Of enough of them a rounded count is in proportion.
    [250.4, 1_000, 250, 1_000],
    [250.4, 1_000.4, 250, 1_000],
    [0.6, 0, 1, 0],
    // What no counting reaches.
    [MOST, MOST, MOST, MOST],
    [3, 1e19, 0, 100],
    [5e18, 1e19, 50, 100],
    [1e19, 5, 100, 100],
    [1e19, 0, MOST, 0],
    [Number.MAX_VALUE, Number.MAX_VALUE, 100, 100],
    [Number.MIN_VALUE, Number.MIN_VALUE, 100, 100],
  ])('%p of %p is %p of %p', (current, total, shownCurrent, shownTotal) => {
    expect(measured({ current, total })).toEqual({ current: shownCurrent, total: shownTotal });
  });

  test('that is no number at all is unknown', () => {
    for (const value of [undefined, null, '7', {}, 7n] as unknown as number[]) {
      expect(measured({ current: value, total: value })).toEqual({ current: 0, total: 0 });
    }
  });

  test('of any two numbers is whole, not negative and exact', () => {
    const values = [0, -0, 0.1, 1 / 3, 1, 99.5, 1e3, 2 ** 53, 2 ** 62, 1e19, 1e300, -1, -1e19];
    for (const current of [...values, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const total of [...values, Number.NaN, Number.POSITIVE_INFINITY]) {
        const shown = measured({ current, total });
        expect(Number.isSafeInteger(shown.current) && Number.isSafeInteger(shown.total)).toBe(true);
        expect(Math.min(shown.current, shown.total)).toBeGreaterThanOrEqual(0);
        if (shown.total > 0) expect(shown.current).toBeLessThanOrEqual(shown.total);
      }
    }
  });

  test('of a running job is in proportion on the disk as well', async () => {
    const { tracker, clock, rowOf } = setup();
    const { jobId } = await tracker.createJob('errand');
    await tracker.updateProgress(jobId, 0.6, 1, 'Six tenths');
    await clock.advance(50);
    expect(tracker.getJob(jobId)?.progress).toEqual({
      current: 60,
      total: 100,
      message: 'Six tenths',
    });
    expect(await rowOf(jobId)).toMatchObject({ progress_current: 60, progress_total: 100 });
    await tracker.updateProgress(jobId, 5, Number.POSITIVE_INFINITY, 'Going on');
    await clock.advance(50);
    expect(await rowOf(jobId)).toMatchObject({ progress_current: 5, progress_total: 0 });
  });

  test('beyond what the database can hold hinders nobody', async () => {
    const { tracker, clock, rowOf } = setup();
    const [one, other] = [await tracker.createJob('errand'), await tracker.createJob('errand')];
    await one.updateProgress(3, 1e19, 'm');
    await other.updateProgress(4, 10, 'n');
    await clock.advance(50);
    expect(await rowOf(other.jobId)).toMatchObject({ progress_current: 4, progress_total: 10 });
    expect(await tracker.completeJob(one.jobId, true)).toBe(true);
    expect((await rowOf(one.jobId)).status).toBe('completed');
  });
});

describe('A4: a message', () => {
  test('is cut between characters', () => {
    expect(oneLine(`${'a'.repeat(499)}😀`)).toBe(`${'a'.repeat(499)}…`);
    expect(oneLine(`${'a'.repeat(498)}😀`)).toBe(`${'a'.repeat(498)}😀`);
  });

  test('has no halves of characters, whoever cut it', () => {
    expect(oneLine('half \ud83d')).toBe('half ');
    expect(oneLine('\ude00 half')).toBe(' half');
  });

  test('is one line, whatever it was', () => {
    expect(oneLine('a\r\nb\u2028c\0d')).toBe('a b c d');
    expect(oneLine(undefined)).toBe('');
    expect(oneLine(404)).toBe('404');
  });

  test('and the name of a stage are tidied alike', () => {
    const progress = { current: 1, total: 2, message: 'a\nb', stage: `${'s'.repeat(99)}😀` };
    expect(tidied(progress)).toEqual({
      current: 1,
      total: 2,
      message: 'a b',
      stage: `${'s'.repeat(99)}…`,
    });
    expect(tidied({ current: 1, total: 2, message: '' })).not.toHaveProperty('stage');
  });

  test('comes back from the disk as it was told', async () => {
    const { tracker, clock, rowOf } = setup();
    const { jobId } = await tracker.createJob('errand');
    await tracker.updateProgress(jobId, 1, 2, `${'a'.repeat(499)}😀`);
    await clock.advance(50);
    expect((await rowOf(jobId)).progress_message).toBe(`${'a'.repeat(499)}…`);
  });
});

const AT = new Date('2026-11-28T14:03:22Z');

describe('A4: a line of a log', () => {
  test('is cut between characters', () => {
    expect(withoutTimes(linesOf(`${'a'.repeat(7_999)}😀`, AT))).toBe(`${'a'.repeat(7_999)}…\n`);
    expect(withoutTimes(linesOf(`${'a'.repeat(7_998)}😀`, AT))).toBe(`${'a'.repeat(7_998)}😀\n`);
    expect(withoutTimes(linesOf('half \ud83d', AT))).toBe('half \n');
  });

  test('is cut alone: others keep their length', () => {
    expect(withoutTimes(linesOf(`${'a'.repeat(9_000)}\nb\tc\u0007`, AT))).toBe(
      `${'a'.repeat(7_999)}…\nb\tc \n`,
    );
  });

  test('comes back from the disk as it was written', async () => {
    const finish = gate();
    const definition = errand(async (_, job) => {
      job.log(`${'a'.repeat(7_999)}👩‍👩‍👧‍👦`);
      await finish.promise;
    });
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(50);
    expect(withoutTimes((await tracker.reader.readLog(id)).text)).toBe(`${'a'.repeat(7_999)}…\n`);
    finish.resolve();
  });
});

describe('A5: a stored error', () => {
  test('is what it was, up to 10,000 characters', () => {
    const error = `Error: no answer\n    at ${'x'.repeat(9_000)}`;
    expect(boundedError(error)).toBe(error);
    expect(boundedError('x'.repeat(10_000))).toBe('x'.repeat(10_000));
    expect(boundedError('begins\0ends \ud83d')).toBe('begins ends ');
  });

  test('of 3 MB is bounded, and says how long it was', () => {
    const stored = boundedError('é😀'.repeat(1_048_576));
    expect(stored.length).toBeLessThanOrEqual(10_000);
    expect(stored).toEndWith('…\n[Truncated from 3,145,728 characters.]');
    expect(stored.isWellFormed()).toBe(true);
    expect(boundedError(stored)).toBe(stored);
  });
});

test('F10: colours and control characters of a terminal are removed, whole', () => {
  const text = 'No luck\u0007 \u001b[31m<b>x</b>\u001b[0m';
  expect(oneLine(text)).toBe('No luck  <b>x</b>');
  expect(boundedError(`${text}\r\n\tat line 2\0`)).toBe('No luck  <b>x</b>\n\tat line 2 ');
  expect(linesOf(text, new Date(0))).toEndWith(' No luck  <b>x</b>\n');
});
