import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { makePost, makePosts, makeProfile, setup, unitVector } from './synthetic.ts';

const EMPTY = { posts: 0, profiles: 0, vectors: 0 };

test('everything written inside a transaction is rolled back with it, the index too', () => {
  const { db, library } = setup();
  const handler = db.transaction(() => {
    library.savePosts(makePosts(3, { text: 'apple' }));
    library.saveProfiles([makeProfile('ada')]);
    const [post] = library.postsWithoutVector('m', { limit: 1 });
    library.saveVectors('m', [{ key: post?.key ?? 0, vector: unitVector(0) }]);
    expect(library.posts({ q: 'apple' }).total).toBe(3);
    expect(library.counts()).toEqual({ posts: 3, profiles: 1, vectors: 1 });
    throw new Error('The handler stops here.');
  });
  expect(() => handler.immediate()).toThrow('The handler stops here.');
  expect(library.counts()).toEqual(EMPTY);
  expect(library.posts({ q: 'apple' })).toEqual({ posts: [], total: 0 });
});

test('a call that fails inside a transaction is rolled back with it', () => {
  const { db, library } = setup();
  const save = db.transaction(() => {
    library.savePosts([makePost(1, { text: 'apple' })]);
    library.savePosts([makePost(2, { text: 'apple' }), makePost(3, { id: '' })]);
  });
  expect(() => save()).toThrow('CHECK constraint failed');
  expect(library.posts({})).toMatchObject({ posts: [], total: 0 });
  expect(library.posts({ q: 'apple' }).total).toBe(0);
  library.savePosts([makePost(4, { text: 'apple' })]);
  expect(library.posts({ q: 'apple' }).posts.map((post) => post.id)).toEqual(['4']);
});

test('two libraries on one file see the same data, also after reopening it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-library-'));
  try {
    const path = join(folder, 'xgpt.sqlite');
    const [one, two] = [openDatabase(path), openDatabase(path)];
    createLibrary(one).savePosts([makePost(1, { text: 'apple' })]);
    expect(createLibrary(two).savePosts([makePost(1), makePost(2)])).toBe(1);
    one.close();
    two.close();
    const reopened = openDatabase(path);
    expect(createLibrary(reopened).posts({ q: 'post number' }).total).toBe(2);
    expect(createLibrary(reopened).posts({ q: 'apple' }).total).toBe(0);
    reopened.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
