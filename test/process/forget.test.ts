import type { Database } from 'bun:sqlite';
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { makePost, makePosts, makeProfile } from '../library/synthetic.ts';
import { expectAgreement } from '../library/vectors/agreement.ts';
import { MODEL, scattered } from '../library/vectors/scattered.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopServers);

const OF_ADA = 4_000;

function fill(db: Database): void {
  const library = createLibrary(db);
  library.save({
    posts: [
      ...makePosts(OF_ADA, { source: 'sample' }),
      makePost(OF_ADA + 1, { source: 'sample', author: 'bo' }),
    ],
    profiles: ['ada', 'bo'].map((name) => makeProfile(name, { source: 'sample' })),
  });
  const keys = library.postsWithoutVector(MODEL, { limit: OF_ADA + 1 });
  library.saveVectors(
    MODEL,
    keys.map(({ key }) => ({ key, vector: scattered(key) })),
  );
}

const number = (db: Database, sql: string) => db.query<{ n: number }, []>(sql).get()?.n ?? 0;

const countPosts = (db: Database) => number(db, 'SELECT count(*) AS n FROM posts');

/** A post is there with its words, its vector and its code, or without a trace. */
function expectNothingHalfDone(db: Database): void {
  const posts = countPosts(db);
  expect(number(db, "SELECT count(*) AS n FROM post_words('post')")).toBe(posts);
  expect(createLibrary(db).counts().vectors).toBe(posts);
  expectAgreement(db);
}

test('after kill -9 while an author is deleted, nothing is half done, and the job goes on', async () => {
  const dataDir = freshDataDir();
  const db = openDatabase(join(dataDir, 'xgpt.sqlite'));
  fill(db);
  let server = await startServer(dataDir);
  const { id } = await server.start('forget', {
    username: 'ada',
    source: 'sample',
    onlyCount: 'false',
  });
  let left = OF_ADA + 1;
  for (let kills = 0; kills < 2; kills++) {
    await until('it deletes posts', () => countPosts(db) < left);
    await server.end('SIGKILL');
    left = countPosts(db);
    expect(left).toBeGreaterThan(1);
    expectNothingHalfDone(db);
    // Until the last post is gone, the author is still there to be deleted.
    expect(createLibrary(db).heldOf({ source: 'sample', username: 'ada' })).toEqual({
      posts: left - 1,
      profiles: 1,
    });
    server = await startServer(dataDir);
  }
  expect(await server.ended(id)).toMatchObject({
    status: 'completed',
    attempt: 3,
    result: { username: 'ada', posts: OF_ADA, profiles: 1 },
  });
  // Neither in the database and its log, nor in logs of jobs.
  for (const file of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) {
    const path = join(dataDir, file);
    const texts = statSync(path).isFile() ? readFileSync(path, 'latin1') : '';
    const left = new Set(texts.match(/post number \d+/g));
    left.delete(`post number ${OF_ADA + 1}`);
    expect([file, [...left]]).toEqual([file, []]);
  }
  await server.end('SIGTERM');
  expect(countPosts(db)).toBe(1);
  expectNothingHalfDone(db);
  expect(createLibrary(db).counts()).toMatchObject({ posts: 1, profiles: 1, vectors: 1 });
  db.close();
});
