import { describe, expect, test } from 'bun:test';
import type { Library } from '../../../src/library/index.ts';
import { makePost, makePosts, setup, unitVector } from '../synthetic.ts';

const MODEL = 'plane';

/** A library of `count` posts, the first at 0°, each 10° further, as far as `embedded` says. */
function setupVectors(count: number, embedded = count) {
  const { db, library } = setup();
  library.savePosts(makePosts(count));
  const posts = library.postsWithoutVector(MODEL, { limit: embedded });
  const vectors = posts.map((post, i) => ({ ...post, vector: unitVector(i * 10) }));
  library.saveVectors(MODEL, vectors);
  return { db, library, keys: vectors.map(({ key }) => key) };
}

const idsLike = (library: Library, degrees: number, limit = 10) =>
  library.postsLike(MODEL, unitVector(degrees), { limit }).map((post) => post.id);

describe('the posts nearest in meaning', () => {
  test('are sorted nearest first, with their cosine', () => {
    const { library } = setupVectors(10);
    const found = library.postsLike(MODEL, unitVector(31), { limit: 3 });
    expect(found.map((post) => post.id)).toEqual(['4', '5', '3']);
    for (const [i, degrees] of [1, 9, 11].entries()) {
      expect(found[i]?.similarity).toBeCloseTo(Math.cos((degrees * Math.PI) / 180), 5);
    }
  });

  test('are whole posts, their similarity from 1 down to -1', () => {
    const { library } = setupVectors(1);
    const [same] = library.postsLike(MODEL, unitVector(0), { limit: 1 });
    expect(same).toEqual({ ...makePost(1), similarity: 1 });
    expect(library.postsLike(MODEL, unitVector(180), { limit: 1 })[0]?.similarity).toBeCloseTo(
      -1,
      5,
    );
  });

  test('are not taken for others whose vectors were rolled back', () => {
    const { db, library, keys } = setupVectors(3, 1);
    const [, second = 0, third = 0] = library.words.postsOf([1, 2, 3]).map(({ key }) => key);
    expect(keys).not.toContain(second);
    const save = (key: number, degrees: number) =>
      library.saveVectors(MODEL, [{ key, vector: unitVector(degrees) }]);
    const undone = db.transaction(() => {
      save(second, 90);
      expect(idsLike(library, 90, 1)).toEqual(['2']);
      throw new Error('Undone.');
    });
    expect(() => undone()).toThrow('Undone.');
    save(third, 180);
    expect(idsLike(library, 180, 1)).toEqual(['3']);
    expect(library.postsLike(MODEL, unitVector(180), { limit: 1 })[0]?.similarity).toBeCloseTo(1);
    db.run('DELETE FROM posts WHERE key = ?', [third]);
    expect(idsLike(library, 180)).toEqual(['1']);
  });

  test('equal those of an exhaustive comparison in 384 dimensions', () => {
    const { library } = setup();
    library.savePosts(makePosts(500));
    const vectors = library
      .postsWithoutVector(MODEL, { limit: 500 })
      .map(({ key }) => ({ key, vector: scattered(key) }));
    library.saveVectors(MODEL, vectors);
    const query = scattered(10_000);
    const dot = (v: Float32Array) => v.reduce((sum, x, i) => sum + x * (query[i] ?? 0), 0);
    const expected = vectors.map((_, i) => [`${i + 1}`, dot(scattered(i + 1))] as const);
    const nearest = expected.sort((a, b) => b[1] - a[1]).slice(0, 20);
    const found = library.postsLike(MODEL, query, { limit: 20 });
    expect(found.map((post) => post.id)).toEqual(nearest.map(([id]) => id));
    expect(found[19]?.similarity).toBeCloseTo(nearest[19]?.[1] ?? 0, 5);
  });

  test('are limited to the requested number', () => {
    const { library } = setupVectors(3);
    expect(idsLike(library, 0, 2)).toHaveLength(2);
    expect(idsLike(library, 0, 50)).toHaveLength(3);
    expect(idsLike(library, 0, 0)).toEqual([]);
    expect(idsLike(library, 0, -1)).toEqual([]);
    expect(setup().library.postsLike(MODEL, unitVector(0), { limit: 5 })).toEqual([]);
  });

  test('are compared within one model only', () => {
    const { library, keys } = setupVectors(2);
    library.saveVectors('space', [{ key: keys[1] ?? 0, vector: Float32Array.of(1, 0, 0) }]);
    expect(idsLike(library, 0)).toEqual(['1', '2']);
    const inSpace = library.postsLike('space', Float32Array.of(0, 1, 0), { limit: 10 });
    expect(inSpace.map((post) => post.id)).toEqual(['2']);
    expect(library.counts().vectors).toBe(3);
  });

  test('cannot be found for a vector of another length', () => {
    const { library } = setupVectors(2);
    expect(() => library.postsLike(MODEL, Float32Array.of(1, 0, 0), { limit: 1 })).toThrow(
      'dimension',
    );
  });
});

describe('saving vectors', () => {
  test('a later one replaces an earlier one of the same model', () => {
    const { library, keys } = setupVectors(2);
    library.saveVectors(MODEL, [{ key: keys[0] ?? 0, vector: unitVector(90) }]);
    expect(idsLike(library, 90)).toEqual(['1', '2']);
    expect(library.counts().vectors).toBe(2);
  });

  test('a view into a larger buffer is stored without the rest of it', () => {
    const { library } = setupVectors(1, 0);
    const batch = Float32Array.of(9, 9, 0.6, 0.8, 9, 9);
    library.saveVectors(MODEL, [{ key: 1, vector: batch.subarray(2, 4) }]);
    const [post] = library.postsLike(MODEL, Float32Array.of(0.6, 0.8), { limit: 1 });
    expect(post?.similarity).toBeCloseTo(1, 5);
  });

  test('stores little-endian float32, four bytes each', () => {
    const { db } = setupVectors(1);
    const stored = db.query('SELECT dimensions, hex(embedding) AS bytes FROM vectors').get();
    expect(stored).toEqual({ dimensions: 2, bytes: '0000803F00000000' });
  });

  test('a post with an edited text loses its vectors, other edits keep them', () => {
    const { library } = setupVectors(3);
    library.savePosts([makePost(1, { likes: 5 }), makePost(2, { text: 'edited' })]);
    expect(idsLike(library, 0)).toEqual(['1', '3']);
    const waiting = library.postsWithoutVector(MODEL, { limit: 10 });
    expect(waiting.map((post) => post.text)).toEqual(['edited']);
  });

  test('a post edited while its old text was embedded gets no vector', () => {
    const { library } = setupVectors(2, 0);
    const read = library.postsWithoutVector(MODEL, { limit: 10 });
    library.savePosts([makePost(1, { text: 'edited meanwhile' })]);
    library.saveVectors(
      MODEL,
      read.map((post) => ({ ...post, vector: unitVector(0) })),
    );
    expect(idsLike(library, 0)).toEqual(['2']);
    expect(library.countWithoutVector(MODEL)).toBe(1);
  });

  test('a post deleted meanwhile gets no vector, and deleting removes its vectors', () => {
    const { db, library, keys } = setupVectors(2);
    db.run("DELETE FROM posts WHERE id = '1'");
    expect(library.counts()).toMatchObject({ posts: 1, vectors: 1 });
    library.saveVectors(MODEL, [{ key: keys[0] ?? 0, vector: unitVector(0) }]);
    expect(library.counts().vectors).toBe(1);
  });

  test('an empty vector is refused, and nothing of the call is saved', () => {
    const { library } = setupVectors(2, 0);
    const vectors = [unitVector(0), new Float32Array()].map((vector, i) => ({
      key: i + 1,
      vector,
    }));
    expect(() => library.saveVectors(MODEL, vectors)).toThrow('have 2 dimensions, not 0');
    expect(library.counts().vectors).toBe(0);
  });

  test('the database refuses bytes that do not match the dimensions', () => {
    const { db } = setupVectors(1, 0);
    expect(() =>
      db.run(
        "INSERT INTO vectors (post_key, model, dimensions, embedding) VALUES (1, 'm', 2, x'0000803f')",
      ),
    ).toThrow('CHECK');
  });
});

describe('posts without a vector', () => {
  test('are counted and listed by key, in batches after a key', () => {
    const { library } = setupVectors(7, 2);
    expect(library.countWithoutVector(MODEL)).toBe(5);
    const first = library.postsWithoutVector(MODEL, { limit: 3 });
    expect(first.map((post) => post.text)).toEqual([3, 4, 5].map((n) => `post number ${n}`));
    const rest = library.postsWithoutVector(MODEL, { limit: 3, afterKey: first[2]?.key });
    expect(rest.map((post) => post.text)).toEqual([6, 7].map((n) => `post number ${n}`));
    expect(library.postsWithoutVector(MODEL, { limit: 3, afterKey: rest[1]?.key })).toEqual([]);
  });

  test('are separate for each model', () => {
    const { library } = setupVectors(3);
    expect(library.countWithoutVector(MODEL)).toBe(0);
    expect(library.countWithoutVector('another')).toBe(3);
  });

  test('do not include posts without text', () => {
    const { library } = setup();
    library.savePosts([makePost(1, { text: '' }), makePost(2)]);
    expect(library.countWithoutVector(MODEL)).toBe(1);
    expect(library.postsWithoutVector(MODEL, { limit: 5 })).toMatchObject([
      { text: 'post number 2' },
    ]);
  });
});

/** A unit vector of 384 dimensions, another for every seed. */
function scattered(seed: number): Float32Array {
  const vector = Float32Array.from({ length: 384 }, (_, i) => Math.sin(seed * 7919 + i * i * 0.37));
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}
