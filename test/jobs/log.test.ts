import { describe, expect, test } from 'bun:test';
import { errand, gate, setup } from '../support/jobs.ts';

/** A job at work whose handler the test speaks for. */
async function atWork(options: Parameters<typeof setup>[0] = {}) {
  const started = gate<{ log(line: string): void }>();
  const finish = gate();
  const definition = errand(async (_, job) => {
    started.resolve(job);
    await finish.promise;
  });
  const parts = setup({ definitions: [definition], ...options });
  await parts.tracker.start();
  const { id } = await parts.tracker.enqueue('errand', {});
  await parts.clock.advance(0);
  return { ...parts, id, finish, log: (await started.promise).log };
}

describe('FEATURES 16: a job’s log', () => {
  test('is read from any byte on, and tells where to go on', async () => {
    const { tracker, clock, id, log } = await atWork();
    log('Bäume');
    log('two\nthree');
    await clock.advance(50);
    expect(await tracker.reader.readLog(id)).toEqual({
      from: 0,
      text: 'Bäume\ntwo\nthree\n',
      position: 17,
      dropped: 0,
    });
    expect((await tracker.reader.readLog(id, 7)).text).toBe('two\nthree\n');
    log('four');
    expect(await tracker.reader.readLog(id, 17)).toMatchObject({ text: 'four\n', position: 22 });
    expect(await tracker.reader.readLog(id, 22)).toMatchObject({ text: '', position: 22 });
  });

  test('is written a few lines at a time, and to the last line when the job ends', async () => {
    const { tracker, clock, id, log, finish, database } = await atWork();
    const chunks = () =>
      (database.query('SELECT COUNT(*) AS n FROM job_log').get() as { n: number }).n;
    for (let line = 0; line < 100; line++) log(`line ${line}`);
    await clock.advance(50);
    expect(chunks()).toBeLessThanOrEqual(2);
    log('the last one');
    finish.resolve();
    await clock.advance(0);
    expect(tracker.getJob(id)?.status).toBe('completed');
    expect((await tracker.reader.readLog(id)).text.split('\n').slice(-3)).toEqual([
      'line 99',
      'the last one',
      '',
    ]);
    log('too late');
    await clock.advance(100);
    expect((await tracker.reader.readLog(id)).text).not.toContain('too late');
  });

  test('keeps its newest megabyte, and says how much is gone', async () => {
    const { tracker, clock, id, log } = await atWork();
    for (let block = 0; block < 30; block++) {
      for (let line = 0; line < 50; line++) log(`${block}:${line} ${'x'.repeat(1_000)}`);
      await clock.advance(50);
    }
    const { dropped, from, text, position } = await tracker.reader.readLog(id);
    expect(dropped).toBe(from);
    expect(dropped).toBeGreaterThan(0);
    expect(text.length).toBeGreaterThan(900_000);
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
    expect(position).toBe(from + text.length);
    expect(text.trimEnd().split('\n').at(-1)).toStartWith('29:49 ');
  });

  test('has no control characters, no endless lines, and no part of a stranger’s attempt', async () => {
    const { tracker, clock, id, log, database } = await atWork();
    log(`\u001b[31mred\u0000${'y'.repeat(20_000)}`);
    await clock.advance(50);
    const { text } = await tracker.reader.readLog(id);
    expect(text).toStartWith(' [31mred ');
    expect(text.length).toBeLessThan(8_100);
    database.run('UPDATE jobs SET attempt = 2');
    log('from the past');
    await clock.advance(100);
    expect((await tracker.reader.readLog(id)).text).not.toContain('from the past');
  });

  test('goes on over attempts and goes when its job goes', async () => {
    let attempts = 0;
    const definition = errand(
      async (_, job) => {
        job.log(`attempt ${++attempts}`);
        if (attempts === 1) throw new Error('not yet');
      },
      { retry: { maxAttempts: 2, baseMs: 1, maxMs: 1 } },
    );
    const { tracker, clock, database } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(2_000);
    expect((await tracker.reader.readLog(id)).text.split('\n')).toEqual([
      'attempt 1',
      'Attempt 1 failed. not yet',
      'Attempt 2 begins.',
      'attempt 2',
      '',
    ]);
    await tracker.removeJob(id);
    expect(database.query('SELECT * FROM job_log').all()).toEqual([]);
    expect(database.query('SELECT * FROM job_attempts').all()).toEqual([]);
  });

  test('wakes those who read it', async () => {
    const { tracker, clock, log } = await atWork();
    let woken = 0;
    tracker.feed.onLog(() => woken++);
    const { frame } = tracker.feed;
    log('one');
    await clock.advance(50);
    expect(woken).toBe(1);
    expect(tracker.feed.frame).toBe(frame);
  });
});

test('FEATURES 22, 26: every attempt is kept, with its outcome, its error and its times', async () => {
  const outcomes = [new Error('the first'), new Error('the second'), undefined];
  const definition = errand(
    async () => {
      const error = outcomes.shift();
      if (error) throw error;
    },
    { retry: { maxAttempts: 5, baseMs: 1_000, maxMs: 1_000 } },
  );
  const { tracker, clock } = setup({ definitions: [definition] });
  await tracker.start();
  const { id } = await tracker.enqueue('errand', {});
  await clock.advance(5_000);
  const { attempts } = tracker.reader.detailsOf(id);
  expect(attempts).toMatchObject([
    { attempt: 1, outcome: 'failed', error: 'the first' },
    { attempt: 2, outcome: 'failed', error: 'the second' },
    { attempt: 3, outcome: 'completed' },
  ]);
  for (const { startedAt, endedAt } of attempts) {
    expect(endedAt?.getTime()).toBeGreaterThanOrEqual(startedAt.getTime());
  }
  const tracked = await tracker.createJob('scrape');
  await tracker.completeJob(tracked.jobId, false, 'no');
  expect(tracker.reader.detailsOf(tracked.jobId).attempts).toMatchObject([
    { attempt: 1, outcome: 'failed', error: 'no' },
  ]);
});
