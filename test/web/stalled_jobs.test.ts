import { expect, test } from 'bun:test';
import { watchStalls } from '../../src/web/live/stalled_jobs.ts';
import { until } from '../support/wait.ts';

test('while the database cannot be read, the jobs that stall stay as they were', async () => {
  const damaged = Object.assign(new Error('database disk image is malformed'), {
    code: 'SQLITE_CORRUPT',
  });
  const answers = [new Set(['a']), damaged, damaged, new Set(['a']), new Set(['a', 'b'])];
  let changes = 0;
  let reads = 0;
  const stalledJobs = async () => {
    reads++;
    const answer = answers.shift() ?? new Set(['a', 'b']);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  watchStalls({ reader: { stalledJobs } }, () => changes++, 1);
  await until('everything was read', async () => reads > 5);
  expect(changes).toBe(2);
});
