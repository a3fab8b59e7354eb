import { expect, test } from 'bun:test';
import { errand, setupOnSqlite } from '../../../support/jobs.ts';

const request = { type: 'errand', input: {} } as const;

test('a claim that is asynchronous is refused on SQLite, and queues nothing', async () => {
  const { tracker } = setupOnSqlite({ definitions: [errand(async () => 'done')] });
  const recorded: unknown[] = [];
  const claims = [
    { take: async () => true, recordStart: () => {} },
    { take: () => true, recordStart: async () => {} },
  ];
  for (const claim of claims)
    await expect(tracker.enqueueClaimed(claim, request)).rejects.toThrow('has to be synchronous');
  expect(tracker.getAllJobs()).toEqual([]);
  const claim = {
    take: () => true,
    recordStart: (outcome: unknown) => void recorded.push(outcome),
  };
  const job = await tracker.enqueueClaimed(claim, request);
  expect(tracker.getAllJobs().map(({ id }) => id)).toEqual([job?.id ?? '']);
  expect(recorded).toMatchObject([{ isNew: true }]);
});
