import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Post } from '../../src/sources/post.ts';

const folder = mkdtempSync(join(tmpdir(), 'xgpt-saving-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes that this process has written, to files of any kind. */
function written(): number {
  return Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

function postsOf(source: string): Post[] {
  return Array.from({ length: 500 }, (_, index) => ({
    source,
    id: `${index}`,
    kind: 'post',
    author: 'ada',
    authorName: 'Ada',
    text: `A post about the harbour, number ${index}`,
    createdAt: new Date(1.7e12 + index * 1000),
    links: [],
    media: [],
  }));
}

test.if(process.platform === 'linux')('a job’s page writes no more than a page by itself', () => {
  const db = openDatabase(join(folder, 'library.sqlite'));
  const library = createLibrary(db);
  const cost = (save: () => void) => {
    const before = written();
    save();
    return written() - before;
  };
  library.save({ posts: postsOf('first') });
  const alone = cost(() => library.save({ posts: postsOf('alone') }));
  const within = cost(() => db.transaction(() => library.save({ posts: postsOf('within') }))());
  expect(within).toBeLessThan(alone * 3);
  db.close();
});

test('what is saved within a transaction is rolled back with it', () => {
  const db = openDatabase(':memory:');
  const library = createLibrary(db);
  const fail = db.transaction(() => {
    library.save({ posts: postsOf('x') });
    throw new Error('No.');
  });
  expect(fail).toThrow('No.');
  expect(library.posts({}).total).toBe(0);
});
