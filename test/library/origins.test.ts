import { describe, expect, test } from 'bun:test';
import type { JobData } from '../../src/jobs/job.ts';
import { makePost, makePosts, makeProfile, setup, unitVector } from './synthetic.ts';

const go = async () => {};

/** A library in which jobs save; `count` gives rows of a table. */
function world() {
  const { db, library } = setup();
  const save = (data: JobData) => db.transaction(() => library.save(data)).immediate();
  const count = (table: string) =>
    db.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()?.n;
  const ids = () =>
    library
      .posts({ limit: 100 })
      .posts.map(({ id }) => Number(id))
      .sort((a, b) => a - b);
  return { library, save, count, ids };
}

const numbers = (...list: number[]) => list.map((number) => makePost(number));

describe('undoing an import', () => {
  test('removes its posts and its profile, with their words and vectors', async () => {
    const { library, save, count } = world();
    const { posts } = save({
      import: 'a.zip',
      posts: makePosts(250, { text: 'apple' }),
      profiles: [makeProfile('ada')],
    });
    const vectors = posts.keys.map((key) => ({ key, vector: unitVector(key) }));
    library.saveVectors('m', vectors);
    expect(library.imports()).toEqual([
      { name: 'a.zip', posts: 250, importedAt: expect.any(Date) },
    ]);
    expect(await library.undoImport('a.zip', go)).toEqual({
      name: 'a.zip',
      removed: 250,
      stayed: 0,
    });
    expect(library.counts()).toEqual({ posts: 0, profiles: 0, vectors: 0 });
    expect(library.posts({ q: 'apple' }).total).toBe(0);
    expect(library.imports()).toEqual([]);
    for (const table of ['post_words', 'post_origins', 'profile_origins']) {
      expect(count(table)).toBe(0);
    }
  });

  test('keeps what another import has brought too, until that is undone as well', async () => {
    const { library, save, ids, count } = world();
    save({ import: 'a.zip', posts: numbers(1, 2, 3), profiles: [makeProfile('ada')] });
    save({ import: 'b.zip', posts: numbers(3, 4), profiles: [makeProfile('ada')] });
    expect(await library.undoImport('a.zip', go)).toMatchObject({ removed: 2, stayed: 1 });
    expect(ids()).toEqual([3, 4]);
    expect(library.counts().profiles).toBe(1);
    expect(await library.undoImport('b.zip', go)).toMatchObject({ removed: 2, stayed: 0 });
    expect(library.counts()).toEqual({ posts: 0, profiles: 0, vectors: 0 });
    expect(count('post_origins')).toBe(0);
  });

  test('keeps what was collected before or after it without an import', async () => {
    const { library, save, ids, count } = world();
    save({ posts: numbers(1), profiles: [makeProfile('ada')] });
    save({ import: 'a.zip', posts: numbers(1, 2, 3), profiles: [makeProfile('ada')] });
    save({ posts: numbers(3, 4) });
    expect(await library.undoImport('a.zip', go)).toMatchObject({ removed: 1, stayed: 2 });
    expect(ids()).toEqual([1, 3, 4]);
    expect(library.counts().profiles).toBe(1);
    expect(count('post_origins')).toBe(0);
  });

  test('of the same archive imported twice removes its posts once', async () => {
    const { library, save, ids } = world();
    save({ import: 'a.zip', posts: numbers(1, 2) });
    save({ import: 'a.zip', posts: numbers(1, 2, 3) });
    expect(library.imports()).toMatchObject([{ posts: 3 }]);
    expect(await library.undoImport('a.zip', go)).toMatchObject({ removed: 3, stayed: 0 });
    expect(ids()).toEqual([]);
    save({ import: 'a.zip', posts: numbers(1) });
    expect(await library.undoImport('a.zip', go)).toMatchObject({ removed: 1 });
  });

  test('that was stopped goes on where it stopped', async () => {
    const { library, save } = world();
    save({ import: 'a.zip', posts: makePosts(250) });
    let batches = 0;
    const stopping = library.undoImport('a.zip', async () => {
      batches += 1;
      if (batches === 2) throw new Error('Stop.');
    });
    await expect(stopping).rejects.toThrow('Stop.');
    expect(library.imports()).toMatchObject([{ posts: 150 }]);
    expect(await library.undoImport('a.zip', go)).toMatchObject({ removed: 150 });
  });

  test('without any posts changes nothing', async () => {
    const { library, save, ids } = world();
    save({ posts: numbers(1) });
    expect(await library.undoImport('none.zip', go)).toMatchObject({ removed: 0, stayed: 0 });
    expect(ids()).toEqual([1]);
  });
});

describe('an import that cannot be read', () => {
  test('is known with its problem, until it can be or its file is removed', async () => {
    const { library, save } = world();
    save({ import: 'a.zip', importProblem: 'It is a shopping list.' });
    expect(library.imports()).toMatchObject([{ posts: 0, problem: 'It is a shopping list.' }]);
    save({ import: 'a.zip', posts: numbers(1) });
    expect(library.imports()[0]).not.toHaveProperty('problem');
    save({ import: 'b.zip', importProblem: 'It is a photo.' });
    await library.forgetImport('b.zip');
    await library.forgetImport('a.zip');
    expect(library.imports()).toMatchObject([{ name: 'a.zip', posts: 1 }]);
  });
});
