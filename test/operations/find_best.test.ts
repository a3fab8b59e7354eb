import { afterAll, describe, expect, test } from 'bun:test';
import type { Embedder } from '../../src/embedding/index.ts';
import { createLibrary } from '../../src/library/index.ts';
import { find } from '../../src/operations/find/find.ts';
import { toFindRequest } from '../../src/operations/find/request.ts';
import { openDatabase } from '../../src/platform/database.ts';

const MODEL = 'by-hand';
const NOW = Date.UTC(2026, 10, 29);
const database = openDatabase(':memory:');
afterAll(() => database.close());
const library = createLibrary(database);

const DIMENSIONS = 8;

/** Directions of meaning, of which texts are made. */
const along = (...numbers: number[]) =>
  Float32Array.from({ length: DIMENSIONS }, (_, at) => numbers[at] ?? 0);
/** Each of these has nothing in common with any other. */
const apart = (at: number) => along(...Array<number>(at).fill(0), 1);
const GARDEN = apart(0);
const BETWEEN = along(0.6, 0.8);
const KITCHEN = apart(1);
const NOTHING = apart(7);

const POSTS: [id: string, text: string, vector: Float32Array, language?: string][] = [
  ['all', 'The slugs are in the lettuce again', GARDEN],
  ['some', 'Slugs, slugs, slugs', apart(2)],
  ['stop', 'How do you know, and what is the best?', apart(3)],
  ['near', 'Something ate the salad overnight', BETWEEN],
  ['beyond', 'Salad with a poached egg', KITCHEN],
  ['stem', 'Les marchés ouvrent à huit heures', apart(4), 'fr'],
  ['word', 'Le marché ouvre à huit heures', apart(5), 'fr'],
  ['walk', 'On marche dans les flaques', along(0, 0, Math.SQRT1_2, Math.SQRT1_2), 'fr'],
  ['ja', '残りのだし巻き卵を翌朝温め直して', apart(6), 'ja'],
];

library.savePosts(
  POSTS.map(([id, text, , language], at) => ({
    source: 'sample',
    id,
    kind: 'post',
    author: at % 2 ? 'bo' : 'ada',
    authorName: 'A gardener',
    text,
    ...(language && { language }),
    createdAt: new Date(NOW - at * 1000),
    links: [],
    media: [],
  })),
);
library.saveVectors(
  MODEL,
  POSTS.map(([id, , vector]) => ({
    key: library.words.keyOf('sample', id) as number,
    vector,
  })),
);

function embedderOf(vector: Float32Array<ArrayBuffer>): Embedder {
  return {
    model: MODEL,
    limits: '',
    isReady: async () => true,
    read: async (texts: string[]) => texts.map(() => undefined),
    embed: async (texts: string[]) => texts.map(() => vector),
  } as unknown as Embedder;
}

const best = (q: string, vector = NOTHING) =>
  find({ library, embedder: embedderOf(vector) }, toFindRequest({ q, limit: 20 }, NOW));
const first = async (q: string, vector?: Float32Array<ArrayBuffer>) =>
  (await best(q, vector)).posts.map(({ id }) => id);
const oneOf = async (q: string, id: string, vector?: Float32Array<ArrayBuffer>) =>
  (await best(q, vector)).posts.find((post) => post.id === id);

describe('best', () => {
  test('has posts with some of the words after those with all of them, and marks what they have', async () => {
    const ids = await first('slugs lettuce');
    expect(ids[0]).toBe('all');
    expect(ids.indexOf('some')).toBe(1);
    expect(await oneOf('slugs lettuce', 'all')).toMatchObject({ why: { words: true } });
    expect(await oneOf('slugs lettuce', 'some')).toMatchObject({
      why: { someWords: true },
      marks: [{ from: 0, to: 5 }, {}, {}],
    });
  });

  test('who types accents means them, and who types none means both', async () => {
    const nearerToWalk = along(0, 0, 0.21, 0.21, 0, 0, 0, 0.95);
    const order = async (q: string) =>
      (await first(q, nearerToWalk)).filter((id) => id === 'walk' || id === 'word');
    expect(await order('marché')).toEqual(['word', 'walk']);
    expect(await order('marche')).toEqual(['walk', 'word']);
  });

  test('stop words of the language neither find a post nor are marked', async () => {
    const q = 'how do you keep the slugs and the lettuce?';
    const ids = await first(q);
    expect(ids[0]).toBe('all');
    expect(ids.indexOf('some')).toBeLessThan(ids.indexOf('stop'));
    const all = await oneOf(q, 'all');
    expect(all?.marks.map(({ from, to }) => all.text.slice(from, to))).toEqual([
      'slugs',
      'lettuce',
    ]);
  });

  test('a word that no post has keeps none from being found by the others', async () => {
    expect((await first('slugs xylophone')).slice(0, 2).sort()).toEqual(['all', 'some']);
  });

  test('a word as it was typed comes before its other forms', async () => {
    const ids = await first('marché');
    expect(ids.slice(0, 2)).toEqual(['word', 'stem']);
  });

  test('an inflected word of Japanese is found by its kanji', async () => {
    expect((await first('温め直す'))[0]).toBe('ja');
    expect(await oneOf('温め直す', 'ja')).toMatchObject({ why: { someWords: true } });
  });

  test('the first posts show what is meant: what is like them is nearer than to the query alone', async () => {
    // Nothing but the post between them leads from the garden to the kitchen.
    const ids = await first('dinner', GARDEN);
    expect(ids.slice(0, 3)).toEqual(['all', 'near', 'beyond']);
    expect(await oneOf('dinner', 'beyond', GARDEN)).toMatchObject({ similarity: 0 });
  });

  test('what is excluded, phrases and filters hold for posts with some of the words, too', async () => {
    expect(await first('slugs salad -lettuce', GARDEN)).not.toContain('all');
    expect(await first('slugs "salad overnight"', GARDEN)).toEqual(['near']);
    expect(await first('slugs salad from:bo', GARDEN)).not.toContain('all');
    expect(await first('slugs salad from:bo', GARDEN)).toContain('some');
  });

  test('of more posts with the word than are ranked, those that are near have it too, and count once', async () => {
    const many = 1_100;
    const db = openDatabase(':memory:');
    const large = createLibrary(db);
    const vectors = Array.from({ length: many }, (_, at) => ({
      key: at + 1,
      vector: apart(at % 7),
    }));
    large.savePosts(
      vectors.map(({ key }) => ({
        source: 'sample',
        id: `${key}`,
        kind: 'post',
        author: 'ada',
        authorName: 'Ada',
        text: `slugs ${'and more '.repeat(key % 50)}`,
        createdAt: new Date(NOW - key * 1000),
        links: [],
        media: [],
      })),
    );
    large.saveVectors(MODEL, vectors);
    const request = toFindRequest({ q: 'slugs', limit: 100 }, NOW);
    const found = await find({ library: large, embedder: embedderOf(GARDEN) }, request);
    expect(found.total).toBe(many);
    expect(found.posts.filter(({ why }) => !why.words)).toEqual([]);
    db.close();
  });

  test('D1: a post is found once, and pages have the order of one page', async () => {
    const whole = await best('slugs lettuce salad', GARDEN);
    const paged: string[] = [];
    for (let cursor: string | undefined, pages = 0; pages < 20; pages++) {
      const request = toFindRequest(
        { q: 'slugs lettuce salad', limit: 2, ...(cursor && { cursor }) },
        NOW,
      );
      const page = await find({ library, embedder: embedderOf(GARDEN) }, request);
      paged.push(...page.posts.map(({ id }) => id));
      cursor = page.nextCursor;
      if (!cursor) break;
    }
    expect(paged).toEqual(whole.posts.map(({ id }) => id));
    expect(new Set(paged).size).toBe(paged.length);
    expect(whole.total).toBe(paged.length);
  });
});
