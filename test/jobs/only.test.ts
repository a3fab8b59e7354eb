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

test('a process that runs one job leaves the others in the queue', async () => {
  const { tracker, clock } = setup({ definitions: [parent, chore] });
  const before = await tracker.enqueue('errand', { name: 'somebody else’s' });
  const other = await tracker.enqueue('chore', { name: 'somebody else’s' });
  const mine = await tracker.enqueue('errand', { name: 'mine' });
  await tracker.start({ only: mine.id });
  await clock.advance(2_000);
  expect(tracker.getJob(mine.id)).toMatchObject({ status: 'completed', result: 2 });
  expect((await tracker.reader.detailsOf(mine.id)).children.map(({ status }) => status)).toEqual([
    'completed',
    'completed',
  ]);
  for (const { id } of [before, other]) expect(tracker.getJob(id)?.status).toBe('queued');

  await tracker.stop();
  await tracker.start();
  await clock.advance(2_000);
  for (const { id } of [before, other]) expect(tracker.getJob(id)?.status).toBe('completed');
});

test('ids are found by their beginning or end; a full id matches only itself', async () => {
  const { tracker, database } = setup({ definitions: [chore] });
  const ids = ['chore-12', 'chore-123', 'chore-923'];
  for (const id of ids) {
    const { id: made } = await tracker.enqueue('chore', { name: id });
    await database.run('UPDATE jobs SET id = ? WHERE id = ?', id, made);
  }
  expect(await tracker.reader.idsLike('chore-12', 5)).toEqual(['chore-12']);
  expect((await tracker.reader.idsLike('23', 5)).sort()).toEqual(['chore-123', 'chore-923']);
  expect(await tracker.reader.idsLike('chore-1', 1)).toHaveLength(1);
  expect(await tracker.reader.idsLike('%', 5)).toEqual([]);
});
