import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLibrary, type Library } from '../../../src/library/index.ts';
import { codeOf } from '../../../src/library/vectors/codes.ts';
import { migrate, openDatabase } from '../../../src/platform/database.ts';
import { makePost, makePosts, setup } from '../synthetic.ts';
import { expectAgreement } from './agreement.ts';
import { DIMENSIONS, exactKeys, MODEL, scattered } from './scattered.ts';

const MIGRATIONS = join(import.meta.dir, '../../../migrations');

/** Posts of which each has the vector of its key as a seed. */
function embed(library: Library, count: number): void {
  library.savePosts(makePosts(count));
  const waiting = library.postsWithoutVector(MODEL, { limit: count });
  library.saveVectors(
    MODEL,
    waiting.map(({ key, text }) => ({ key, text, vector: scattered(key) })),
  );
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

const keysLike = (library: Library, seed: number, limit = 5) =>
  library.meaning.nearest(MODEL, scattered(seed), { limit }).map(({ key }) => key);

describe('finding by meaning', () => {
  test('equals an exact search, also among certain posts', () => {
    const { db, library } = setup();
    embed(library, 3000);
    // All of them, because of vectors without any likeness the nearest few are easily missed.
    for (const seed of [1_000_001, 1_000_002, 1_000_003])
      expect(keysLike(library, seed, 3000)).toEqual(exactKeys(db, scattered(seed), 3000));
    const among = { bits: Uint32Array.of(0b1011_0000), size: 3 };
    const found = library.meaning.nearest(MODEL, scattered(5), { limit: 10, among });
    expect(found.map(({ key }) => key).sort()).toEqual([4, 5, 7]);
    expect(found[0]).toEqual({ key: 5, similarity: 1 });
  });

  test('finds nearly all of the nearest among many that are alike', () => {
    const { db, library } = setup();
    library.savePosts(makePosts(3000));
    const alike = (seed: number) => {
      const topic = scattered(1 + (seed % 4));
      const other = scattered(100 + seed);
      return unit(topic.map((x, i) => x + (0.5 + (seed % 7) / 10) * (other[i] as number)));
    };
    library.saveVectors(
      MODEL,
      Array.from({ length: 3000 }, (_, i) => ({ key: i + 1, vector: alike(i) })),
    );
    for (const limit of [10, 100]) {
      let found = 0;
      for (let seed = 5000; seed < 5010; seed++) {
        const expected = new Set(exactKeys(db, alike(seed), limit));
        const near = library.meaning.nearest(MODEL, alike(seed), { limit });
        found += near.filter(({ key }) => expected.has(key)).length;
      }
      expect(found).toBeGreaterThanOrEqual(0.99 * 10 * limit);
    }
  });

  test('D4: a long post is found by its best part, once', () => {
    const { library } = setup();
    library.savePosts(makePosts(2));
    const parts = [11, 12, 13].map((seed, index) => ({
      key: 1,
      vector: scattered(seed),
      part: { index, from: index * 4, to: index * 4 + 4 },
    }));
    library.saveVectors(MODEL, [...parts, { key: 2, vector: scattered(14) }]);
    const found = library.meaning.nearest(MODEL, scattered(13), { limit: 10 });
    expect(found).toHaveLength(2);
    expect(found[0]).toEqual({ key: 1, similarity: 1, part: { from: 8, to: 12 } });
    expect(found[1]?.part).toBeUndefined();
    expect(library.meaning.vectorOf(MODEL, 1)).toEqual(scattered(11));
    expect(library.counts().vectors).toBe(2);
  });

  test('fewer parts replace more of them', () => {
    const { db, library } = setup();
    library.savePosts(makePosts(1));
    const part = (index: number) => ({ index, from: index, to: index + 1 });
    const save = (...seeds: number[]) =>
      library.saveVectors(
        MODEL,
        seeds.map((seed, i) => ({ key: 1, vector: scattered(seed), part: part(i) })),
      );
    save(1, 2, 3);
    save(4);
    expect(db.query('SELECT count(*) AS n FROM vector_codes').get()).toEqual({ n: 1 });
    expect(library.meaning.nearest(MODEL, scattered(2), { limit: 5 })[0]?.similarity).toBeLessThan(
      1,
    );
  });

  test('the vector of a post is told for its model only', () => {
    const { library } = setup();
    embed(library, 1);
    expect(library.meaning.hasVectors(MODEL)).toBe(true);
    expect(library.meaning.hasVectors('another')).toBe(false);
    expect(library.meaning.vectorOf('another', 1)).toBeUndefined();
    expect(library.meaning.nearest('another', scattered(1), { limit: 1 })).toEqual([]);
    expect(() => library.saveVectors(MODEL, [{ key: 1, vector: Float32Array.of(1) }])).toThrow(
      `The vectors of the model ${MODEL} have ${DIMENSIONS} dimensions, not 1.`,
    );
  });

  test('D3: a text without meaning waits for no vector, until it is edited', () => {
    const { library } = setup();
    embed(library, 2);
    library.saveMeaningless(MODEL, [
      { key: 1, text: 'post number 1' },
      { key: 2, text: 'older' },
    ]);
    expect(keysLike(library, 1)).toEqual([2]);
    expect(library.countWithoutVector(MODEL)).toBe(0);
    expect(library.countWithoutVector('another')).toBe(2);
    library.savePosts([makePost(1, { text: 'edited' })]);
    expect(library.withoutVector(MODEL, [1, 2])).toMatchObject([{ key: 1 }]);
  });
});

describe('following what is committed', () => {
  let folder: string;
  let db: Database;
  let other: Database;
  let library: Library;
  let foreign: Library;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xgpt-meaning-'));
    const path = join(folder, 'xgpt.sqlite');
    db = openDatabase(path);
    other = openDatabase(path);
    [library, foreign] = [createLibrary(db), createLibrary(other)];
    embed(library, 20);
    expect(keysLike(library, 3, 1)).toEqual([3]);
  });

  afterEach(() => {
    db.close();
    other.close();
    rmSync(folder, { recursive: true });
  });

  test("another process's vectors, edits and deletions are seen at once", () => {
    foreign.saveVectors(MODEL, [{ key: 3, vector: scattered(103) }]);
    expect(keysLike(library, 103, 1)).toEqual([3]);
    foreign.savePosts([makePost(4, { text: 'edited' })]);
    other.run('DELETE FROM posts WHERE key = 5');
    expect(keysLike(library, 1, 50).sort((a, b) => a - b)).not.toContainAnyValues([4, 5]);
    expect(keysLike(library, 1, 50)).toEqual(exactKeys(db, scattered(1), 50));
  });

  test('what was rolled back is forgotten', () => {
    const undone = db.transaction(() => {
      library.saveVectors(MODEL, [{ key: 3, vector: scattered(103) }]);
      db.run('DELETE FROM posts WHERE key = 5');
      expect(library.meaning.nearest(MODEL, scattered(103), { limit: 1 })[0]?.similarity).toBe(1);
      expect(keysLike(library, 5, 50)).not.toContain(5);
      throw new Error('undone');
    });
    expect(undone).toThrow('undone');
    foreign.saveVectors(MODEL, [{ key: 7, vector: scattered(107) }]);
    for (const seed of [3, 5, 103, 107])
      expect(keysLike(library, seed, 50)).toEqual(exactKeys(db, scattered(seed), 50));
  });

  test('vectors first read in a transaction that is rolled back are forgotten, too', () => {
    const fresh = createLibrary(db);
    const undone = db.transaction(() => {
      fresh.saveVectors(MODEL, [{ key: 3, vector: scattered(103) }]);
      expect(keysLike(fresh, 103, 1)).toEqual([3]);
      throw new Error('undone');
    });
    expect(undone).toThrow('undone');
    expect(keysLike(fresh, 3, 50)).toEqual(exactKeys(db, scattered(3), 50));
  });

  test('a process that has missed numbers of removals reads all codes again', () => {
    other.run('DELETE FROM posts WHERE key IN (5, 6)');
    other.run(
      'DELETE FROM vector_removals WHERE number < (SELECT max(number) FROM vector_removals)',
    );
    expect(keysLike(library, 5, 50)).toEqual(exactKeys(db, scattered(5), 50));
  });

  test('only so many numbers of removals are kept', () => {
    other.run("UPDATE sqlite_sequence SET seq = 200000 WHERE name = 'vector_removals'");
    other.run('DELETE FROM posts WHERE key = 5');
    other.run("UPDATE sqlite_sequence SET seq = 300001 WHERE name = 'vector_removals'");
    other.run('DELETE FROM posts WHERE key = 6');
    expect(other.query('SELECT number FROM vector_removals').all()).toEqual([{ number: 300_002 }]);
    expect(keysLike(library, 5, 50)).toEqual(exactKeys(db, scattered(5), 50));
  });
});

describe('vectors of an earlier version', () => {
  let db: Database;

  beforeEach(() => {
    db = new Database(':memory:', { strict: true });
    migrate(db, MIGRATIONS, 22);
  });
  afterEach(() => db.close());

  function insert(key: number, text: string, model: string, vector: Float32Array): void {
    db.query(
      `INSERT INTO posts (key, kind, source, id, author, author_name, text, created_at, links, media, as_of, collected_at, updated_at)
      VALUES (?, 'post', 's', ?, 'a', 'A', ?, 1, '[]', '[]', 1, 1, 1)`,
    ).run(key, `${key}`, text);
    db.run('INSERT INTO vectors VALUES (?, ?, ?, ?)', [
      key,
      model,
      vector.length,
      new Uint8Array(vector.buffer),
    ]);
  }

  test('get the same codes', () => {
    const lengths = [1, 7, 8, 9, 128, 384];
    for (const [i, dimensions] of lengths.entries())
      insert(i + 1, 't', `m${dimensions}`, scattered(i, dimensions));
    migrate(db);
    const codes = db
      .query<{ code: Uint8Array; dimensions: number }, []>(
        'SELECT code, dimensions FROM vector_codes JOIN vector_models ON model = vector_models.key ORDER BY id',
      )
      .all();
    expect(codes.map(({ dimensions }) => dimensions)).toEqual(lengths);
    for (const [i, { code, dimensions }] of codes.entries())
      expect([...code]).toEqual([...codeOf(scattered(i, dimensions))]);
  });

  test.each([
    ['a word', 'soup', true],
    ['a number', '7 \u{1f389}', true],
    ['words among others', 'ที่นี่ cafe', true],
    ['a text as long as one part may be', `${'soup '.repeat(79)}soups`, true],
    ['a longer one', `${'soup '.repeat(80)}.`, false],
    ['a longer one with characters of two units', `a${'\u{1f389}'.repeat(400)}`, false],
    ['emoji', '\u{1f389}\u{1f389}', false],
    ['Thai', 'ที่นี่อากาศดี', false],
    ['Japanese', '東京都', false],
    ['signs', '!!! …', false],
  ])('stay or wait for the next embed job, as the model now reads them: %s', (_, text, stays) => {
    insert(1, text, MODEL, scattered(1));
    insert(2, 'another', MODEL, scattered(2));
    migrate(db);
    const library = createLibrary(db);
    const waiting = library.postsWithoutVector(MODEL, { limit: 10 });
    expect(waiting).toEqual(stays ? [] : [{ key: 1, text }]);
    expect(keysLike(library, 1)).toEqual(stays ? [1, 2] : [2]);
    expect(library.meaning.vectorOf(MODEL, 1)).toEqual(stays ? scattered(1) : undefined);
    expectAgreement(db);
  });
});
