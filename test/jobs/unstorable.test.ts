import { describe, expect, test } from 'bun:test';
import { withoutTimes } from '../support/log_text.ts';
import { stage, stop } from './faults_setup.ts';

describe('FAULTS A1: a value that cannot be stored affects only its own job', () => {
  const MEASURES: [unknown, unknown][] = [
    [3, 1e19],
    [1e19, 1e19],
    [3, Number.NaN],
    [Number.NaN, 3],
    [-0, 5],
    [3, -0],
    [-1, -1],
    [2 ** 63, 2 ** 63],
    [-(2 ** 63), 7],
    [Number.MAX_VALUE, Number.MIN_VALUE],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [0.1, 0.3],
    ['3', '7'],
    [3n, 7n],
    [null, undefined],
    [{}, []],
    [new Date(), Symbol('seven')],
  ];

  for (const [index, [current, total]] of MEASURES.entries()) {
    const shown = [current, total].map((value) =>
      Object.is(value, -0) ? '-0' : Bun.inspect(value),
    );
    test(`progress ${index}: ${shown.join(' of ')}`, async () => {
      const { tracker, clock, job, finish, start, rowOf } = stage();
      const [odd, moves, ends, stops] = await start('odd', 'moves', 'ends', 'stops');
      await job('odd').updateProgress(current as number, total as number, 'm');
      await job('moves').updateProgress(4, 8, 'Half way');
      finish('ends', 'well');
      expect(await tracker.cancelJob(stops as string)).toBe(true);
      await clock.advance(100);
      expect(tracker.getJob(moves as string)?.progress).toMatchObject({ current: 4, total: 8 });
      expect(await rowOf(moves as string)).toMatchObject({
        progress_current: 4,
        progress_total: 8,
      });
      expect(tracker.getJob(ends as string)).toMatchObject({
        status: 'completed',
        result: 'well' as never,
      });
      expect(tracker.getJob(stops as string)?.status).toBe('cancelled');
      const { progress_current, progress_total, progress_message } = await rowOf(odd as string);
      for (const value of [progress_current, progress_total]) {
        expect(Number.isSafeInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(0);
      }
      expect(progress_message).toBe('m');
      finish('odd');
      await clock.advance(100);
      expect(tracker.getJob(odd as string)?.status).toBe('completed');
      await stop(tracker, clock);
    });
  }

  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const UNSTORABLE: Record<string, unknown> = {
    'a bigint': { value: 10n },
    'a cycle': cyclic,
    'a throwing toJSON': {
      toJSON() {
        throw new Error('I am a secret.');
      },
    },
  };

  for (const [name, value] of Object.entries(UNSTORABLE)) {
    test(`${name} as metadata, result and checkpoint`, async () => {
      const { tracker, clock, job, finish, start } = stage();
      const ids = await start('result', 'checkpoint', 'ends', 'stops');
      const [result, checkpoint, ends, stops] = ids as [string, string, string, string];
      const metadata = tracker.createJob('scrape', value as Record<string, unknown>);
      const commit = job('checkpoint').commit({}, { checkpoint: value });
      finish('result', value);
      finish('ends', 'well');
      const cancelled = tracker.cancelJob(stops);
      const answers = await Promise.allSettled([metadata, commit, cancelled]);
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
      await clock.advance(100);
      const failed = tracker.getJob(result);
      expect(failed).toMatchObject({ status: 'failed', failure: 'permanent' });
      expect(failed?.errorMessage).toStartWith('The result is not JSON-serialisable. ');
      expect(tracker.getJob(ends)?.status).toBe('completed');
      expect(tracker.getJob(stops)?.status).toBe('cancelled');
      // The handler continues and may commit something else.
      await job('checkpoint').commit({}, { checkpoint: 'else' });
      finish('checkpoint');
      await clock.advance(100);
      expect(tracker.getJob(checkpoint)?.status).toBe('completed');
      expect(await tracker.reader.countActive()).toEqual({ running: 0, waiting: 0 });
      await stop(tracker, clock);
    });
  }

  test('a checkpoint that is not JSON is refused', async () => {
    const { tracker, clock, job, start } = stage();
    await start('one');
    for (const checkpoint of [() => {}, Symbol('here')])
      await expect(job('one').commit({}, { checkpoint })).rejects.toThrow();
    await stop(tracker, clock);
  });

  const ERRORS: Record<string, unknown> = {
    'a message of 3 MB': new Error('x'.repeat(3_000_000)),
    'NUL and half a character': new Error('a\0b\uD83D'),
    nothing: undefined,
    null: null,
    'a symbol': Symbol('why'),
    'an object without a prototype': Object.create(null),
    'a message that cannot be read': Object.defineProperty(new Error(), 'message', {
      get() {
        throw new Error('I am a secret.');
      },
    }),
    'a hint that cannot be read': Object.defineProperty(new Error('odd'), 'retryAt', {
      get() {
        throw new Error('I am a secret.');
      },
    }),
  };

  for (const [name, error] of Object.entries(ERRORS)) {
    test(`an error: ${name}`, async () => {
      const { tracker, clock, fail, finish, start } = stage();
      const [odd, ends] = (await start('odd', 'ends')) as [string, string];
      fail('odd', error);
      finish('ends', 'well');
      await clock.advance(100);
      expect(tracker.getJob(ends)?.status).toBe('completed');
      const job = tracker.getJob(odd);
      expect(job?.status).toBe('failed');
      expect(job?.errorMessage?.length).toBeGreaterThan(0);
      expect(job?.errorMessage?.length).toBeLessThanOrEqual(10_000);
      await stop(tracker, clock);
    });
  }

  test('log lines of any kind', async () => {
    const { tracker, clock, job, finish, start } = stage();
    const [id] = (await start('odd')) as [string];
    const lines = ['a\0b', '\uD83D', 'one\r\ntwo\u2028three', 7, null, undefined, Symbol('x'), 10n];
    for (const line of lines) job('odd').log(line as string);
    job('odd').log('x'.repeat(1_000_000));
    finish('odd');
    await clock.advance(100);
    expect(tracker.getJob(id)?.status).toBe('completed');
    const { text } = await tracker.reader.readLog(id);
    expect(withoutTimes(text).split('\n').slice(0, 4)).toEqual(['a b', '', 'one', 'two']);
    expect(text).not.toContain('\uFFFD');
    await stop(tracker, clock);
  });

  test('a row that the table refuses affects no other of its group', async () => {
    const { tracker, clock, database, job, finish, start, rowOf } = stage();
    const [odd, moves, ends, stops] = (await start('odd', 'moves', 'ends', 'stops')) as string[];
    const bad = database.write('UPDATE jobs SET progress_total = 1e19 WHERE id = ?', odd as string);
    await job('moves').updateProgress(4, 8, 'Half way');
    finish('ends', 'well');
    const [refused, cancelled, came] = await Promise.allSettled([
      bad,
      tracker.cancelJob(stops as string),
      tracker.enqueue('errand', { name: 'later' }),
    ]);
    expect([refused, cancelled, came].map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    await clock.advance(100);
    expect(await rowOf(moves as string)).toMatchObject({ progress_current: 4 });
    expect(tracker.getJob(ends as string)?.status).toBe('completed');
    expect(tracker.getJob(stops as string)?.status).toBe('cancelled');
    expect(await tracker.reader.countActive()).toEqual({ running: 3, waiting: 0 });
    await stop(tracker, clock);
  });
});
