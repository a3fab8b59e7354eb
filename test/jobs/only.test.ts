import { expect, test } from 'bun:test';
import { z } from 'zod';
import { defineJob } from '../../src/jobs/index.ts';
import { errand, setup } from '../support/jobs.ts';

const parent = errand(async (_, job) => {
  const children = await job.runChildren('chore', [{ name: 'a' }, { name: 'b' }]);
  return children.length;
});
const chore = defineJob<'chore'>({
  type: 'chore',
  concurrency: 1,
  input: z.object({ name: z.string() }),
  run: async () => 'done',
});

test('a process that runs one job only leaves what stood in the line before it', async () => {
  const { tracker, clock } = setup({ definitions: [parent, chore] });
  const before = await tracker.enqueue('errand', { name: 'somebody else’s' });
  const other = await tracker.enqueue('chore', { name: 'somebody else’s' });
  const mine = await tracker.enqueue('errand', { name: 'mine' });
  await tracker.start({ only: mine.id });
  await clock.advance(2_000);
  expect(tracker.getJob(mine.id)).toMatchObject({ status: 'completed', result: 2 });
  expect(tracker.reader.detailsOf(mine.id).children.map(({ status }) => status)).toEqual([
    'completed',
    'completed',
  ]);
  for (const { id } of [before, other]) expect(tracker.getJob(id)?.status).toBe('queued');

  await tracker.stop();
  await tracker.start();
  await clock.advance(2_000);
  for (const { id } of [before, other]) expect(tracker.getJob(id)?.status).toBe('completed');
});

test('ids are found by how they begin or end, and a whole id is never another’s beginning', async () => {
  const { tracker, database } = setup({ definitions: [chore] });
  const ids = ['chore-12', 'chore-123', 'chore-923'];
  for (const id of ids) {
    const { id: made } = await tracker.enqueue('chore', { name: id });
    database.run('UPDATE jobs SET id = ? WHERE id = ?', [id, made]);
  }
  expect(tracker.reader.idsLike('chore-12', 5)).toEqual(['chore-12']);
  expect(tracker.reader.idsLike('23', 5).sort()).toEqual(['chore-123', 'chore-923']);
  expect(tracker.reader.idsLike('chore-1', 1)).toHaveLength(1);
  expect(tracker.reader.idsLike('%', 5)).toEqual([]);
});
