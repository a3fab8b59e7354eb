import { describe, expect, test } from 'bun:test';
import type { Library } from '../../src/library/index.ts';
import type { Post } from '../../src/sources/post.ts';
import { makePost, setup, unitVector } from './synthetic.ts';

const at = (second: number) => new Date(1_700_000_000_000 + second * 1000);

/** Version `n` of a post; it names the versions before it, as its source does. */
function version(n: number, given: Partial<Post> = {}): Post {
  const earlier = [101, 102, 103].filter((id) => id < n);
  return makePost(n, {
    text: `text of ${n}`,
    createdAt: at(n),
    ...(earlier.length > 0 && { edits: earlier.map((id) => ({ id: String(id) })) }),
    ...given,
  });
}

const stored = (library: Library) => library.posts({}).posts;

const HISTORY = [
  { id: '101', text: 'text of 101', createdAt: at(101) },
  { id: '102', text: 'text of 102', createdAt: at(102) },
];

const ORDERS = [
  [101, 102, 103],
  [103, 102, 101],
  [102, 101, 103],
  [102, 103, 101],
  [103, 101, 102],
  [101, 103, 102],
];

describe('C13: versions of an edited post', () => {
  test.each(ORDERS)('C13: %i, %i, %i are one post with its history', (...order) => {
    for (const together of [true, false]) {
      const { db, library } = setup();
      const posts = order.map((n) => version(n));
      if (together) library.savePosts(posts);
      else for (const post of posts) library.savePosts([post]);
      expect(stored(library)).toEqual([{ ...version(103), edits: HISTORY }]);
      expect(library.posts({ q: '103' }).total).toBe(1);
      expect([library.posts({ q: '101' }).total, library.posts({ q: '102' }).total]).toEqual([
        0, 0,
      ]);
      expect(db.query('SELECT count(*) AS n FROM post_words').get()).toEqual({ n: 1 });
    }
  });

  test('C13: an older archive that knows 102 as the last one changes nothing but the history', () => {
    const { library } = setup();
    library.savePosts([version(103, { asOf: at(1_000) })]);
    library.savePosts([version(101, { asOf: at(900) }), version(102, { asOf: at(900) })]);
    expect(library.savePosts([version(103, { edits: undefined, asOf: at(950) })])).toBe(0);
    expect(stored(library)).toEqual([version(103, { edits: HISTORY, asOf: at(1_000) })]);
  });

  test('C13: an edit of a stored post is not a new one, and keeps its key and date of collection', () => {
    const { db, library, clock } = setup();
    const before = clock.now;
    library.savePosts([version(101, { likes: 5, asOf: at(9_000) })]);
    library.saveVectors('plane', [{ key: 1, vector: unitVector(0) }]);
    clock.now += 1_000;
    expect(library.savePosts([version(103, { asOf: at(500) })])).toBe(0);
    const row = db.query('SELECT key, id, collected_at, likes FROM posts').get();
    expect(row).toEqual({ key: 1, id: '103', collected_at: before, likes: 5 });
    expect(library.counts().vectors).toBe(0);
    expect(stored(library)[0]?.asOf).toEqual(at(500));
  });

  test('C13: vectors and words of removed versions go too', () => {
    const { db, library } = setup();
    library.savePosts([version(101), version(102, { edits: undefined })]);
    const vectors = [1, 2].map((key) => ({ key, vector: unitVector(key) }));
    library.saveVectors('plane', vectors);
    library.savePosts([version(103)]);
    expect(library.counts()).toMatchObject({ posts: 1, vectors: 0 });
    expect(db.query('SELECT count(*) AS n FROM post_words').get()).toEqual({ n: 1 });
  });

  test('C13: a version without text takes it from the one that has it, and a cut one the whole', () => {
    const { library } = setup();
    library.savePosts([version(102, { edits: [{ id: '101', text: 'text…' }] })]);
    library.savePosts([version(101)]);
    expect(stored(library)[0]?.edits).toEqual(HISTORY.slice(0, 1));
  });

  test('C13: nobody takes over the post of another author as an earlier version', () => {
    const { library } = setup();
    library.savePosts([version(101, { author: 'grace', authorId: '7' })]);
    library.savePosts([version(102)]);
    library.savePosts([version(101, { author: 'grace', authorId: '7', likes: 3 })]);
    expect(stored(library).map(({ id, likes }) => [id, likes])).toEqual([
      ['102', undefined],
      ['101', 3],
    ]);
  });

  test('C13: the keys and the count of new posts are those of the posts that are left', () => {
    const { library } = setup();
    const posts = [version(101), version(102, { edits: undefined }), version(103), makePost(7)];
    const saved = library.save({ posts }).posts;
    expect(saved).toEqual({ added: 2, keys: [2, 2, 2, 3] });
  });

  test('C13: the same id in another source is not a version', () => {
    const { library } = setup();
    library.savePosts([version(103), version(101, { source: 'other' })]);
    expect(library.counts().posts).toBe(2);
  });

  test('C13: when the post is deleted, its versions are forgotten', () => {
    const { db, library } = setup();
    library.savePosts([version(103)]);
    db.run('DELETE FROM posts');
    expect(library.savePosts([version(101)])).toBe(1);
    expect(stored(library)).toEqual([version(101)]);
  });

  const bluesky = (text: string, second: number) =>
    makePost(1, {
      source: 'bluesky',
      id: 'at://did:plc:a/app.bsky.feed.post/1',
      text,
      asOf: at(second),
    });

  test('C13: an edit on Bluesky keeps the id, and the former text becomes history', () => {
    const id = bluesky('', 0).id;
    const { library } = setup();
    library.savePosts([bluesky('first', 1)]);
    library.savePosts([bluesky('second', 2)]);
    library.savePosts([bluesky('second', 3)]);
    library.savePosts([bluesky('first', 1)]);
    expect(stored(library)).toEqual([{ ...bluesky('second', 3), edits: [{ id, text: 'first' }] }]);
  });
});

describe('the words of posts that are saved together', () => {
  const keysWith = (db: ReturnType<typeof setup>['db'], word: string) =>
    db
      .query<{ rowid: number }, [string]>(
        'SELECT rowid FROM post_words WHERE post_words MATCH ? ORDER BY rowid',
      )
      .all(`text:${word}`)
      .map(({ rowid }) => rowid);

  test('are those of their last versions, and none of a version that was removed', () => {
    const { db, library } = setup();
    const first = makePost(101, { text: 'sparrow', createdAt: at(101) });
    const second = makePost(102, { text: 'starling', createdAt: at(102) });
    const edited = version(103, { text: 'swallow' });
    library.savePosts([first, second, makePost(7, { text: 'swift' }), edited]);
    const keys = db
      .query<{ key: number }, []>('SELECT key FROM posts ORDER BY key')
      .all()
      .map(({ key }) => key);
    expect(keys).toHaveLength(2);
    expect(keysWith(db, 'sparrow')).toEqual([]);
    expect(keysWith(db, 'starling')).toEqual([]);
    expect([...keysWith(db, 'swallow'), ...keysWith(db, 'swift')].sort()).toEqual(keys);
    expect(db.query('SELECT count(*) AS rows FROM post_words_docsize').get()).toEqual({ rows: 2 });
  });

  test('become one segment of the index', () => {
    const { db, library } = setup();
    db.transaction(() =>
      library.savePosts(Array.from({ length: 50 }, (_, n) => makePost(n, { text: `word${n}` }))),
    )();
    expect(db.query('SELECT count(DISTINCT segid) AS segments FROM post_words_idx').get()).toEqual({
      segments: 1,
    });
  });
});
