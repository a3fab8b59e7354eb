import { afterAll, describe, expect, test } from 'bun:test';
import { type Embedder, ModelUnavailable } from '../../src/embedding/index.ts';
import { createLibrary } from '../../src/library/index.ts';
import { find } from '../../src/operations/find/find.ts';
import { type TypedFind, toFindRequest } from '../../src/operations/find/request.ts';
import { findPosts } from '../../src/operations/find_posts.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Post } from '../../src/sources/post.ts';

const NOW = Date.UTC(2026, 10, 29);
const MODEL = 'by-hand';
const LIMITS = 'The model understands English.';
const databases: { close(): void }[] = [];
afterAll(() => {
  for (const database of databases) database.close();
});

const embedderOf = (isCut = false) =>
  ({
    model: MODEL,
    limits: LIMITS,
    isReady: async () => true,
    read: async (texts: string[]) => texts.map(() => ({ parts: 3, unknown: 0, isCut })),
    embed: async (texts: string[]) => texts.map(() => Float32Array.of(1, 0)),
  }) as unknown as Embedder;

/** @param embedded how many of the texts have vectors, the first ones. */
function filled(texts: string[], embedded = texts.length) {
  const database = openDatabase(':memory:');
  databases.push(database);
  const library = createLibrary(database);
  library.savePosts(
    texts.map((text, at) => ({
      source: 'sample',
      id: `${at}`,
      kind: 'post',
      author: 'ada',
      authorName: 'Ada',
      text,
      createdAt: new Date(NOW - at * 1000),
      links: [],
      media: [],
    })),
  );
  const keys = Array.from({ length: embedded }, (_, at) => at + 1);
  library.saveVectors(
    MODEL,
    keys.map((key) => ({ key, vector: Float32Array.of(1, 0) })),
  );
  const found = (typed: Partial<TypedFind>, embedder = embedderOf()) =>
    find({ library, embedder }, toFindRequest(typed as TypedFind, NOW));
  return { library, found };
}

describe('FEATURES 47: what limits a find by meaning', () => {
  test('is told by best only when it bears on the query', async () => {
    const { found } = filled(['warm soup']);
    for (const q of ['warm soup', 'soup lang:en-GB', 'the soup of the day'])
      expect((await found({ q })).notes ?? []).not.toContain(LIMITS);
    for (const q of ['Süppe', 'スープ', 'soup lang:de'])
      expect((await found({ q })).notes).toContain(LIMITS);
  });

  test.each([
    'le ciel est bleu',
    '"le ciel est bleu"',
    'das kleine Haus am See',
    'la musique dans les petits clubs',
    'der himmel',
    'es un gato',
  ])('is told of %j, whatever was collected', async (q) => {
    expect((await filled(['warm soup']).found({ q })).notes).toContain(LIMITS);
  });

  test.each([
    'music in small clubs',
    'a scratched record',
    'birds at dawn',
    'jazz in Paris',
    'I saw a bird',
    'jazz at night',
    'bird’s nest',
    "bird's nest",
  ])('is not told of %j, whatever was collected', async (q) => {
    const { library, found } = filled(['warm soup']);
    const languages = ['pl', 'no', 'nb', 'da', 'is', 'vi', 'de', 'fr', 'es'];
    const post = library.words.postsOf([1])[0] as Post;
    library.savePosts(
      languages.map((language) => ({ ...post, id: language, text: language, language })),
    );
    expect((await found({ q })).notes ?? []).not.toContain(LIMITS);
  });

  test.each(['best', 'meaning'] as const)('is told by %s', async (by) => {
    const { found } = filled(['warm soup']);
    const plain = await found({ q: 'soup', by });
    expect(plain.notes).toEqual(by === 'meaning' ? [LIMITS] : undefined);
    expect((await found({ q: 'soup', by }, embedderOf(true))).notes).toEqual([
      'This query is longer than the model reads: only its beginning was compared.',
      LIMITS,
    ]);
  });

  test.each(['best', 'meaning'] as const)('by %s: posts that wait to be embedded', async (by) => {
    const { found, library } = filled(['warm soup', 'stew', '', 'soup', '🎉'], 1);
    library.saveMeaningless(MODEL, [{ key: 5 }]);
    const advice = 'Start an embed job (on the page Embed, or with xgpt embed).';
    expect((await found({ q: 'soup', by })).notes).toEqual([
      ...(by === 'meaning' ? [LIMITS] : []),
      `2 posts have not been embedded yet, so meaning cannot find them. ${advice}`,
    ]);
    library.saveVectors(MODEL, [{ key: 2, vector: Float32Array.of(1, 0) }]);
    expect((await found({ q: 'soup', by })).notes?.at(-1)).toStartWith(
      '1 post has not been embedded',
    );
  });

  test('of many posts, those that were collected last are examined', async () => {
    const { found } = filled(
      Array.from({ length: 2_100 }, () => 'soup'),
      10,
    );
    expect((await found({ q: 'soup' })).notes?.[0]).toStartWith(
      'At least 2,000 posts have not been embedded yet, so meaning cannot find them.',
    );
  });

  test('of many posts, some of those examined lack a vector', async () => {
    const { found, library } = filled(
      Array.from({ length: 2_100 }, () => 'soup'),
      10,
    );
    library.saveVectors(MODEL, [{ key: 2_100, vector: Float32Array.of(1, 0) }]);
    expect((await found({ q: 'soup' })).notes?.[0]).toStartWith(
      '1,999 posts of the 2,000 collected last have not been embedded yet',
    );
  });

  test.each<[string, number, Partial<TypedFind>]>([
    ['some posts have vectors', 1, { q: 'soup' }],
    ['some posts have vectors, by meaning', 1, { q: 'soup', by: 'meaning' }],
    ['no post has a vector', 0, { q: 'soup' }],
    ['no post has a vector, by meaning', 0, { q: 'soup', by: 'meaning' }],
    ['a post that others should be like has none', 1, { like: 'sample:1' }],
  ])('while an embed job is under way, none is to be started: %s', async (_, embedded, typed) => {
    const { library } = filled(['warm soup', 'stew'], embedded);
    const told = async (isUnderWay: boolean) => {
      const deps = { library, embedder: embedderOf(), isEmbedding: async () => isUnderWay };
      const asked = find(deps, toFindRequest(typed as TypedFind, NOW));
      return (
        await asked.then(
          ({ notes = [] }) => notes,
          ({ message }) => [message],
        )
      ).join(' ');
    };
    expect(await told(true)).toEndWith('. An embed job is under way.');
    expect(await told(true)).not.toContain('Start');
    expect(await told(false)).toContain('Start an embed job');
  });

  test('without any vector a find by meaning is refused, and says what to do', async () => {
    const { found, library } = filled(['soup'], 0);
    const refused = found({ q: 'soup', by: 'meaning' });
    await expect(refused).rejects.toBeInstanceOf(ModelUnavailable);
    await expect(refused).rejects.toThrow('xgpt embed');
    const posts = findPosts(
      { library, embedder: embedderOf() },
      { q: 'soup', by: 'meaning', author: '' },
    );
    await expect(posts).rejects.toBeInstanceOf(ModelUnavailable);
    expect(await filled([]).found({ q: 'soup', by: 'meaning' })).toMatchObject({ total: 0 });
  });

  test('vectors of another model are none of this one, and not passed to know it', () => {
    const { library } = filled(['soup'], 0);
    library.saveVectors('another', [{ key: 1, vector: Float32Array.of(1, 0) }]);
    expect(library.meaning.hasVectors(MODEL)).toBe(false);
    library.saveVectors(MODEL, [{ key: 1, vector: Float32Array.of(1, 0) }]);
    expect(library.meaning.hasVectors(MODEL)).toBe(true);
    library.saveMeaningless(MODEL, [{ key: 1 }]);
    expect(library.meaning.hasVectors(MODEL)).toBe(false);
    expect(library.meaning.hasVectors('another')).toBe(true);
  });
});

describe('FEATURES 47: posts like another', () => {
  test('the query says like which one, and what else holds', async () => {
    const { found } = filled(['warm soup', 'cold soup', 'stew']);
    const like = 'sample:0';
    expect(await found({ like })).toMatchObject({ understood: 'Posts like “warm soup”' });
    const narrowed = await found({ like, q: 'soup from:ada' });
    expect(narrowed.understood).toBe('Posts like “warm soup”, with “soup”, by @ada');
    expect(narrowed.posts).toMatchObject([
      { id: '1', why: { words: true, meaning: true }, marks: [{ from: 5, to: 9 }] },
    ]);
  });

  test('a post without a vector says whether an embed job helps', async () => {
    const { found, library } = filled(['soup', '🎉'], 0);
    library.saveMeaningless(MODEL, [{ key: 2 }]);
    expect((await found({ like: 'sample:0' })).notes?.[0]).toContain('xgpt embed');
    expect((await found({ like: 'sample:1' })).notes?.[0]).not.toContain('xgpt embed');
  });
});

describe('FEATURES 47: a word with a typing error, by words and meaning', () => {
  test('is looked for by its beginning, which is told', async () => {
    const { found } = filled(['warm soup', 'a telescope']);
    const { notes, didYouMean, posts } = await found({ q: 'telescpe' });
    expect(notes?.[0]).toBe(
      'No post has “telescpe”: words that begin with “telesc” were looked for instead.',
    );
    expect(didYouMean).toBe('telescope');
    expect(posts[0]).toMatchObject({ id: '1', why: { someWords: true } });
  });
});

test.each([
  [
    'soup -(from:ada jazz)',
    [
      '“-(from:ada jazz)” has no effect: a minus before a bracket cannot exclude an operator together with other conditions.',
    ],
  ],
  [
    'soup OR from:ada',
    [
      '“from:ada” holds for the whole query: OR stands between words, or between values of from:, lang:, is: or source:.',
    ],
  ],
  ['soup -(from:bo)', []],
])('what does not hold as typed in %s is told', async (q, notes) => {
  const { found } = filled(['warm soup']);
  for (const by of ['best', 'words'] as const) {
    const answer = await found({ q, by });
    expect(answer.total).toBe(1);
    expect(answer.notes ?? []).toEqual(notes);
  }
});

const OTHER_FORMS =
  'only posts with other forms of the word, or near to it in meaning, can be found.';

test.each<[q: string, note: string | undefined]>([
  ['jazz -jazz', `jazz and -jazz contradict each other: ${OTHER_FORMS}`],
  ['Jázz -(soup OR JAZZ)', `Jázz and -JAZZ contradict each other: ${OTHER_FORMS}`],
  ['jazz -jaz*', `jazz and -jaz* contradict each other: ${OTHER_FORMS}`],
  ['wi-fi -"wi fi"', `wi-fi and -"wi fi" contradict each other: ${OTHER_FORMS}`],
  ['"jazz" -jazz', 'No post can be found: "jazz" and -jazz contradict each other.'],
  ['"free jazz" -jazz', 'No post can be found: "free jazz" and -jazz contradict each other.'],
  ['jazz* -ja*', 'No post can be found: jazz* and -ja* contradict each other.'],
  ['jazz -"free jazz"', undefined],
  ['jazz* -jazz', undefined],
  ['jazz -(free jazz)', undefined],
  ['jazz OR soup -jazz', undefined],
  ['jazz -soup', undefined],
])('%s: a contradiction of words is told', async (q, note) => {
  const { found } = filled(['jazzes', 'free jazz, soup and wi-fi']);
  const said = (await found({ q, by: 'words' })).notes?.filter((one) => one.includes('contradict'));
  expect(said ?? []).toEqual(note === undefined ? [] : [note]);
});
