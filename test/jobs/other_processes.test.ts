import { describe, expect, test } from 'bun:test';
import type { Change } from '../../src/jobs/index.ts';
import { sharedJobDatabase } from '../support/job_database.ts';
import { setup } from '../support/jobs.ts';

/** Two trackers on one database, each with a connection and a clock of its own, as in two processes. */
async function pair(
  run: (here: ReturnType<typeof setup>, there: ReturnType<typeof setup>) => Promise<void>,
) {
  const shared = sharedJobDatabase();
  const [here, there] = [setup({}, shared.connect()), setup({}, shared.connect())];
  try {
    here.tracker.getJob('opens it');
    there.tracker.getJob('opens it');
    await here.clock.advance(100);
    await run(here, there);
  } finally {
    await here.tracker.stop();
    await there.tracker.stop();
    await here.database.close();
    await there.database.close();
    await shared.remove();
  }
}

/** How often a process polls for changes by others, in ms. */
const POLL_MS = 500;

/** What the feed says after the next poll; `everything` when the jobs are not listed. */
async function newsOf({ tracker, clock }: ReturnType<typeof setup>): Promise<Change> {
  const version = tracker.feed.version;
  await clock.advance(POLL_MS);
  return tracker.feed.since(version) ?? { cards: new Set(['everything']), progressed: new Set() };
}

describe('FEATURES 14, 18: changes by another process', () => {
  test('are published at the next poll: new, progressed, ended and removed jobs', async () => {
    await pair(async (here, there) => {
      const { jobId } = await there.tracker.createJob('scrape');
      expect((await newsOf(here)).cards).toEqual(new Set([jobId]));

      await there.tracker.updateProgress(jobId, 1, 10, 'Reading');
      await there.clock.advance(50);
      const moved = await newsOf(here);
      expect(moved).toEqual({ cards: new Set(), progressed: new Set([jobId]) });
      expect(here.tracker.getJob(jobId)?.progress.message).toBe('Reading');

      await there.tracker.completeJob(jobId, true);
      expect((await newsOf(here)).cards).toEqual(new Set([jobId]));

      await there.tracker.removeJob(jobId);
      expect((await newsOf(here)).cards).toEqual(new Set([jobId]));
      expect(await newsOf(here)).toEqual({ cards: new Set(), progressed: new Set() });
    });
  });

  test('are published as one change of everything when there are too many', async () => {
    await pair(async (here, there) => {
      for (let index = 0; index < 600; index++) await there.tracker.enqueue('scrape', { index });
      expect((await newsOf(here)).cards).toEqual(new Set(['everything']));
      const { id } = await there.tracker.enqueue('scrape', {});
      expect((await newsOf(here)).cards).toEqual(new Set([id]));
    });
  });

  test('are not missed by a process that slept while their rows were deleted', async () => {
    await pair(async (here, there) => {
      const { id } = await there.tracker.enqueue('scrape', {});
      await there.tracker.cancelJob(id);
      await there.tracker.enqueue('embed', {});
      await there.database.forgetChanges();
      expect((await newsOf(here)).cards).toEqual(new Set(['everything']));
    });
  });
});

test('old jobs are deleted in small steps, most of them in the background', async () => {
  const { tracker, clock, database } = setup({ keepFinishedMs: 1_000 });
  await database.run(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
    INSERT INTO jobs (id, type, status, created_at, updated_at, completed_at)
    SELECT 'scrape-' || i, 'scrape', 'completed', 0, 0, i FROM n`);
  const left = async () => (await database.all('SELECT 1 FROM jobs')).length;
  await tracker.initialize();
  // Ten steps, of which the first finds the types.
  expect(await left()).toBe(3_200);
  await clock.advance(20);
  expect(await left()).toBe(3_000);
  await clock.advance(1_000);
  expect(await left()).toBe(0);
  await tracker.stop();
});
