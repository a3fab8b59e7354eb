import type { Database } from 'bun:sqlite';
import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { reindexInBackground } from '../../src/app/reindex.ts';
import { createTracker, type Job } from '../../src/jobs/index.ts';
import { createLibrary, type Library } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { makePosts, makeProfile, setup } from '../library/synthetic.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopServers);

let db: Database;
let library: Library;
let tracker: ReturnType<typeof createTracker>;

beforeEach(async () => {
  ({ db, library } = setup());
  tracker = createTracker({ database: db });
  await tracker.initialize();
});
afterEach(() => tracker.stop());

function reindex(closing = new AbortController()): Promise<void> {
  return reindexInBackground({ db, library, tracker, closing: closing.signal });
}

/** So long that a batch takes a while. */
const TEXT = `post ${'of the lentil soups '.repeat(30)}`;

/** Posts that no find has, as if an earlier xgpt had read their words otherwise. */
function saveUnindexed(database: Database, count: number): void {
  const saving = createLibrary(database);
  saving.savePosts(makePosts(count, { text: TEXT }));
  saving.saveProfiles([makeProfile('ada')]);
  database.run("INSERT INTO post_words (post_words) VALUES ('delete-all')");
  database.run('UPDATE word_index SET version = 0');
}

/** What is left and what is found are everything, the newest found first. */
function expectNothingHalfDone(database: Database, count: number): number {
  const found = database
    .query<{ key: number }, []>("SELECT rowid AS key FROM post_words('post') ORDER BY rowid DESC")
    .all();
  expect(found.map(({ key }) => key)).toEqual(found.map((_, i) => count - i));
  const profiles = createLibrary(database).reindexing.pending() > 0 ? 1 : 0;
  expect(createLibrary(database).reindexing.pending()).toBe(count - found.length + profiles);
  return found.length;
}

test('an index of an older xgpt is made anew by a job', async () => {
  saveUnindexed(db, 250);
  await reindex();
  expect(expectNothingHalfDone(db, 250)).toBe(250);
  const [job] = tracker.getAllJobs();
  expect(job).toMatchObject({ type: 'index', status: 'completed' });
  await reindex();
  expect(tracker.getAllJobs().length).toBe(1);
});

/** Parts that every look into the index of words reads. */
const partsOfIndex = (database: Database) =>
  database.query('SELECT DISTINCT segid FROM post_words_idx').all().length;

test('former states of posts do not stay in the index, also when a job ended before it merged them', async () => {
  createLibrary(db).savePosts(makePosts(250, { text: TEXT }));
  db.run('UPDATE word_index SET version = 0');
  await reindex();
  expect(partsOfIndex(db)).toBe(1);
  createLibrary(db).savePosts(makePosts(20, { text: `${TEXT} again` }));
  expect(partsOfIndex(db)).toBeGreaterThan(1);
  db.run('UPDATE word_index SET is_merged = 0');
  await reindex();
  expect(partsOfIndex(db)).toBe(1);
  expect(tracker.getAllJobs().map(({ status }) => status)).toEqual(['completed', 'completed']);
  await reindex();
  expect(tracker.getAllJobs()).toHaveLength(2);
});

test('a job that is cancelled leaves nothing half done, and the next start goes on', async () => {
  saveUnindexed(db, 1_000);
  const running = reindex();
  const { id } = await until('it indexes posts', () =>
    tracker.getAllJobs().find(({ progress }) => progress.current > 0),
  );
  await tracker.cancelJob(id);
  await running;
  expect(tracker.getJob(id)?.status).toBe('cancelled');
  const found = expectNothingHalfDone(db, 1_000);
  expect(found).toBeGreaterThan(0);
  expect(found).toBeLessThan(1_000);
  await reindex();
  expect(expectNothingHalfDone(db, 1_000)).toBe(1_000);
  const [next] = tracker.getAllJobs().filter((job) => job.id !== id);
  expect(next).toMatchObject({ status: 'completed', progress: { total: 1_001 - found } });
});

test('a job that ends with the server says that it was interrupted', async () => {
  saveUnindexed(db, 1_000);
  const closing = new AbortController();
  const running = reindex(closing);
  await until('it indexes posts', () => tracker.getActiveJobs()[0]?.progress.current);
  closing.abort();
  await running;
  await tracker.stop();
  expect(tracker.getAllJobs()).toMatchObject([
    { status: 'failed', errorMessage: 'Interrupted: xgpt was shut down.' },
  ]);
});

test('the next start replaces interrupted jobs, but not those that failed or that somebody keeps', async () => {
  const jobs = { kept: '', failed: '', interrupted: '' };
  for (const name of ['kept', 'failed', 'interrupted'] as const)
    jobs[name] = (await tracker.createJob('index')).jobId;
  await tracker.completeJob(jobs.failed, false, 'The disk is full.');
  await tracker.stop();
  tracker = createTracker({ database: db });
  await tracker.initialize();
  await tracker.pinJob(jobs.kept, true);
  saveUnindexed(db, 10);
  await reindex();
  const { reader } = tracker;
  const { jobs: all } = await reader.listJobs({ type: 'index' });
  const listed = all.map(({ id, status }) => [id, status]);
  expect(listed.slice(1).sort()).toEqual(
    [
      [jobs.failed, 'failed'],
      [jobs.kept, 'failed'],
    ].sort(),
  );
  expect(listed[0]?.[1]).toBe('completed');
});

test('after kill -9 nothing is half done, and the next start goes on', async () => {
  const dataDir = freshDataDir();
  const inFile = openDatabase(join(dataDir, 'xgpt.sqlite'));
  saveUnindexed(inFile, 3_000);
  const jobOf = async ({ json }: TestServer) =>
    (await json<{ jobs: Job[] }>('/api/jobs?type=index')).jobs[0];
  let found = 0;
  const seen: string[] = [];
  for (let kills = 0; kills < 2; kills++) {
    const server = await startServer(dataDir);
    const { id } = await until('a job of this process indexes posts', async () => {
      const job = await jobOf(server);
      return job && !seen.includes(job.id) && job.progress.current > 0 ? job : undefined;
    });
    await server.end('SIGKILL');
    seen.push(id);
    const before = found;
    found = expectNothingHalfDone(inFile, 3_000);
    expect(found).toBeGreaterThan(before);
    expect(found).toBeLessThan(3_000);
  }
  const last = await startServer(dataDir);
  await until('all is indexed', async () => (await jobOf(last))?.status === 'completed');
  // Nothing has failed that is not mended, so no list says so.
  const { jobs } = await last.json<{ jobs: Job[] }>('/api/jobs?type=index');
  expect(jobs.map(({ status }) => status)).toEqual(['completed']);
  await last.end('SIGTERM');
  expect(expectNothingHalfDone(inFile, 3_000)).toBe(3_000);
  inFile.close();
});
