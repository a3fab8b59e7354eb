import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change } from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { setup } from '../support/jobs.ts';

/** Two trackers on one file, each with a connection and a clock of its own, as in two processes. */
async function pair(
  run: (here: ReturnType<typeof setup>, there: ReturnType<typeof setup>) => Promise<void>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-pair-'));
  const path = join(folder, 'xgpt.sqlite');
  const [here, there] = [setup({}, openDatabase(path)), setup({}, openDatabase(path))];
  try {
    here.tracker.getJob('opens it');
    there.tracker.getJob('opens it');
    await here.clock.advance(100);
    await run(here, there);
  } finally {
    await here.tracker.stop();
    await there.tracker.stop();
    here.database.close();
    there.database.close();
    rmSync(folder, { recursive: true });
  }
}

/** How often a process looks at what others have written, should nobody tell it to, in ms. */
const LOOK_MS = 500;

/** What the feed tells by the next look; that it cannot tell one by one is told by `everything`. */
async function newsOf({ tracker, clock }: ReturnType<typeof setup>): Promise<Change> {
  const frame = tracker.feed.version;
  await clock.advance(LOOK_MS);
  return tracker.feed.since(frame) ?? { cards: new Set(['everything']), progressed: new Set() };
}

describe('FEATURES 14, 18: what another process does', () => {
  test('is told at the next look by the jobs it changed: new, progressed, ended, removed', async () => {
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

  test('costs one look at everything when it is more than can be told one by one', async () => {
    await pair(async (here, there) => {
      for (let index = 0; index < 600; index++) await there.tracker.enqueue('scrape', { index });
      expect((await newsOf(here)).cards).toEqual(new Set(['everything']));
      const { id } = await there.tracker.enqueue('scrape', {});
      expect((await newsOf(here)).cards).toEqual(new Set([id]));
    });
  });

  test('is not missed by one that slept while the notes of it were thrown away', async () => {
    await pair(async (here, there) => {
      const { id } = await there.tracker.enqueue('scrape', {});
      await there.tracker.cancelJob(id);
      await there.tracker.enqueue('embed', {});
      there.database.run('DELETE FROM job_changes WHERE seq < (SELECT MAX(seq) FROM job_changes)');
      expect((await newsOf(here)).cards).toEqual(new Set(['everything']));
    });
  });
});

test('old jobs are deleted in small steps, most of them in the background', async () => {
  const { tracker, clock, database } = setup({ keepFinishedMs: 1_000 });
  database.run(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
    INSERT INTO jobs (id, type, status, created_at, updated_at, completed_at)
    SELECT 'scrape-' || i, 'scrape', 'completed', 0, 0, i FROM n`);
  const left = () => (database.query('SELECT COUNT(*) AS n FROM jobs').get() as { n: number }).n;
  await tracker.initialize();
  // Ten steps, of which the first finds out which types there are.
  expect(left()).toBe(3_200);
  await clock.advance(20);
  expect(left()).toBe(3_000);
  await clock.advance(1_000);
  expect(left()).toBe(0);
  await tracker.stop();
});
