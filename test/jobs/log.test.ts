import { describe, expect, test } from 'bun:test';
import { logLines } from '../../src/text/log_lines.ts';
import { errand, gate, setup } from '../support/jobs.ts';
import { withoutTimes } from '../support/log_text.ts';

/** How many bytes the time of a line takes. */
const TIME = 25;

/** A running job whose log the test writes. */
async function runningJob(options: Parameters<typeof setup>[0] = {}) {
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
  test('E8: has the time of each line, also when one call writes several', async () => {
    const { tracker, clock, id, log } = await runningJob();
    const first = new Date(clock.now());
    log('one');
    await clock.advance(1_500);
    const second = new Date(clock.now());
    log('two\nthree');
    await clock.advance(50);
    const { text } = await tracker.reader.readLog(id);
    expect(logLines(text)).toEqual([
      { at: first, text: 'one' },
      { at: second, text: 'two' },
      { at: second, text: 'three' },
    ]);
  });

  test('can be read from any byte, and gives the position to continue at', async () => {
    const { tracker, clock, id, log } = await runningJob();
    log('Bäume');
    log('two\nthree');
    await clock.advance(50);
    const read = async (position?: number) => {
      const part = await tracker.reader.readLog(id, position);
      return { ...part, text: withoutTimes(part.text) };
    };
    const three = 17 + 3 * TIME;
    expect(await read()).toEqual({
      from: 0,
      text: 'Bäume\ntwo\nthree\n',
      position: three,
      dropped: 0,
    });
    expect((await read(7 + TIME)).text).toBe('two\nthree\n');
    log('four');
    const four = three + 5 + TIME;
    expect(await read(three)).toMatchObject({ text: 'four\n', position: four });
    expect(await read(four)).toMatchObject({ text: '', position: four });
  });

  test('is written in groups of lines, and completely when the job ends', async () => {
    const { tracker, clock, id, log, finish, database } = await runningJob();
    const chunks = () => database.all('SELECT 1 FROM job_log');
    for (let line = 0; line < 100; line++) log(`line ${line}`);
    await clock.advance(50);
    expect((await chunks()).length).toBeLessThanOrEqual(2);
    log('the last one');
    finish.resolve();
    await clock.advance(0);
    expect(tracker.getJob(id)?.status).toBe('completed');
    expect(
      withoutTimes((await tracker.reader.readLog(id)).text)
        .split('\n')
        .slice(-3),
    ).toEqual(['line 99', 'the last one', '']);
    log('too late');
    await clock.advance(100);
    expect((await tracker.reader.readLog(id)).text).not.toContain('too late');
  });

  test('keeps its newest megabyte, and says how much was dropped', async () => {
    const { tracker, clock, id, log } = await runningJob();
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
    expect(withoutTimes(text).trimEnd().split('\n').at(-1)).toStartWith('29:49 ');
  });

  test('has no control characters, no endless lines, and nothing of a fenced attempt', async () => {
    const { tracker, clock, id, log, database } = await runningJob();
    log(`\u001b[31mred\u0000${'y'.repeat(20_000)}`);
    await clock.advance(50);
    const { text } = await tracker.reader.readLog(id);
    expect(withoutTimes(text)).toStartWith('red ');
    expect(text.length).toBeLessThan(8_100);
    await database.run('UPDATE jobs SET attempt = 2');
    log('from the past');
    await clock.advance(100);
    expect((await tracker.reader.readLog(id)).text).not.toContain('from the past');
  });

  test('continues over attempts, and is deleted with its job', async () => {
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
    expect(withoutTimes((await tracker.reader.readLog(id)).text).split('\n')).toEqual([
      'attempt 1',
      'Attempt 1 failed. not yet',
      'Attempt 2 begins.',
      'attempt 2',
      '',
    ]);
    await tracker.removeJob(id);
    expect(await database.all('SELECT * FROM job_log')).toEqual([]);
    expect(await database.all('SELECT * FROM job_attempts')).toEqual([]);
  });

  test('wakes its readers', async () => {
    const { tracker, clock, log } = await runningJob();
    let woken = 0;
    tracker.feed.onLog(() => woken++);
    const { version } = tracker.feed;
    log('one');
    await clock.advance(50);
    expect(woken).toBe(1);
    expect(tracker.feed.version).toBe(version);
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
  const { attempts } = await tracker.reader.detailsOf(id);
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
  expect((await tracker.reader.detailsOf(tracked.jobId)).attempts).toMatchObject([
    { attempt: 1, outcome: 'failed', error: 'no' },
  ]);
});
