import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { createTracker, defineJob, type JobType } from '../../src/jobs/index.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { jobLine, jobTable, jobText } from '../../src/text/job_text.ts';
import { escaped, printable } from '../../src/text/printable.ts';
import { errand, setup } from '../support/jobs.ts';

const define = (type: string) =>
  defineJob({
    type: type as JobType,
    concurrency: 1,
    input: z.object({}) as never,
    run: async () => ({}) as never,
  });

const REFUSED = [
  '',
  ' ',
  'a b',
  '1st',
  '-x',
  'a/b',
  'a\n2026-11-28T00:00:00Z error forged',
  'a\u001b[31m',
  'a\u009b31m',
  'a\u202eb',
  'zählen',
  'x'.repeat(65),
];

describe('F10: the name of a job type', () => {
  test('has letters, digits and . _ : -, at most 64, and starts with a letter', async () => {
    const tracker = createTracker();
    for (const type of [
      'a',
      'countdown',
      'count_up',
      'mail:send',
      'report.daily',
      'x'.repeat(64),
    ]) {
      expect(define(type).type).toBe(type as JobType);
      expect((await tracker.createJob(type as JobType)).jobId).toStartWith(`${type}-`);
    }
    await tracker.stop();
  });

  test('is checked wherever one is given, and the error shows it escaped', async () => {
    const tracker = createTracker();
    for (const type of REFUSED) {
      const says = `"${escaped(type.slice(0, 60))}`;
      const told = expect.objectContaining({ message: expect.stringContaining(says) });
      expect(() => define(type)).toThrow(TypeError);
      expect(() => tracker.define({ ...define('x'), type: type as JobType })).toThrow('job type');
      await expect(tracker.createJob(type as JobType)).rejects.toEqual(told);
      await expect(tracker.enqueue(type as JobType, {})).rejects.toEqual(told);
    }
    expect(tracker.getAllJobs()).toEqual([]);
    await tracker.stop();
  });

  test('is shown escaped where it was stored before', async () => {
    const { tracker, database } = setup({ definitions: [errand(async () => 'done')] });
    const { jobId } = await tracker.createJob('errand');
    const old = 'a\u001b[31m\u009b\nb';
    await database.run('UPDATE jobs SET type = ?, id = ? WHERE id = ?', old, `${old}-1`, jobId);
    const job = await tracker.readJob(`${old}-1`);
    if (!job) throw new Error('The job is gone.');
    const shown = [jobTable([job]), jobText(job, []), jobLine(job)];
    for (const text of shown) expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(shown[0]).toContain('a\\u001b[31m\\u009b\\u000ab');
    expect(jobTable([job]).trim().split('\n')).toHaveLength(2);
    await tracker.stop();
  });
});

test('F10: a log line is one line, without control characters', () => {
  const lines: string[] = [];
  const logger = createLogger('info', (line) => lines.push(line));
  logger.warn('The type a\u001b[31m\nb is odd.', { type: 'c\u009b\u2028d' });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toEndWith('The type a\\u001b[31m\\u000ab is odd. type="c\\u009b\\u2028d"\n');
});

test('F10: other texts for a terminal are without control characters too', () => {
  expect(printable('a\u001b[2J\r\nb\u009b  c')).toBe('a [2J b   c');
});
