import { expect, test } from 'bun:test';
import { errand, setup } from '../support/jobs.ts';
import { until } from '../support/wait.ts';

const DAY_MS = 86_400_000;

test('FEATURES 57: jobs of agents are kept as long as those without a session', async () => {
  const { tracker, clock } = setup({ definitions: [errand(async () => ({}))] });
  await tracker.start();
  const started = await Promise.all([
    tracker.enqueue('errand', {}, { sessionId: 'mine' }),
    tracker.enqueue('errand', {}, { sessionId: 'night 1', agent: 'night' }),
  ]);
  for (const { id } of started) {
    await until('it has ended', () => tracker.getJob(id)?.completedAt);
  }
  await tracker.stop();
  clock.skip(2 * DAY_MS);
  await tracker.initialize();
  await until('one was deleted', () => tracker.getAllJobs().length < 2);
  expect(tracker.getAllJobs().map(({ agent }) => agent)).toEqual([undefined]);
  await tracker.stop();
});
