import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import type { Found } from '../../src/operations/find/found.ts';
import { meaningNotes, NO_MEANING } from '../../src/text/meaning_notes.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { FETCH_TIMEOUT_MS, fillModelCache, MODEL_CACHE } from '../support/model_cache.ts';

setDefaultTimeout(120_000);
afterAll(closeApps);

const { signal } = new AbortController();
const LONG = 'The telescope waits for the night. '.repeat(60);

const NEEDLE = `${LONG}My sourdough bread needs flour, water and a long night in the oven’s warmth.`;

let web: TestApp;
beforeAll(async () => {
  await fillModelCache();
  web = await setupApp();
  const texts = ['The telescope waits for the night.', '🎉🎉🎉', 'ที่นี่อากาศดี', LONG, NEEDLE];
  const post = {
    source: 'sample',
    kind: 'post' as const,
    author: 'aurora_lab',
    authorName: 'Aurora Lab',
    createdAt: new Date(),
    links: [],
    media: [],
  };
  web.library.save({ posts: texts.map((text, index) => ({ ...post, id: `${index}`, text })) });
  await web.tracker.start();
  const { id } = await web.tracker.enqueue('embed', {});
  await web.ended(id);
}, FETCH_TIMEOUT_MS);

const find = async (q: string, accept = 'application/json') => {
  const query = new URLSearchParams({ q, by: 'meaning' });
  return (await web.request(`/api/posts?${query}`, { headers: { accept } })).text();
};

const foundBy = async (q: string, by: string) => {
  const answer = await web.json(`/api/find?${new URLSearchParams({ q, by })}`);
  return (await answer.json()) as Found;
};

const notesOf = async (q: string): Promise<string[]> => JSON.parse(await find(q)).notes;

test.each(['/api/find?q=soup', '/find?q=soup', '/api/find?q=soup&by=meaning'])(
  'a waiting embed job is told in place of the advice to start one: %s',
  async (path) => {
    const { request, library, tracker } = await setupApp();
    const post = { source: 'sample', kind: 'post' as const, author: 'ada', authorName: 'Ada' };
    const more = { createdAt: new Date(), links: [], media: [] };
    library.savePosts([{ ...post, ...more, id: '1', text: 'soup' }]);
    const told = async () => (await request(path)).text();
    expect(await told()).toContain('Start an embed job');
    const { id } = await tracker.enqueue('embed', {});
    expect(await told()).toContain('An embed job is under way.');
    await tracker.cancelJob(id);
    expect(await told()).toContain('Start an embed job');
  },
);

describe('F15: the limits of the model', () => {
  test('are read from its own tokens', async () => {
    const embedder = createLocalEmbedder({ modelsDir: MODEL_CACHE });
    const styled = ['ａ ｊａｚｚ ｑｕａｒｔｅｔ', '𝐚 𝐣𝐚𝐳𝐳 𝐪𝐮𝐚𝐫𝐭𝐞𝐭', 'a jazz quartet'];
    expect(await embedder.read(styled, { signal })).toEqual(
      styled.map(() => ({ parts: 3, unknown: 0, isCut: false })),
    );
    const [wide, bold, plain] = await embedder.embed(styled, { signal });
    expect([wide, bold]).toEqual([plain, plain]);
    const texts = ['A jazz quartet, at last!', '😭', 'မင်္ဂလာပါ', 'ሰላም', '!!!', 'jazz 😭 😭', LONG];
    const readings = await embedder.read(texts, { signal });
    await embedder.close();
    expect(readings).toEqual([
      { parts: 5, unknown: 0, isCut: false },
      { parts: 1, unknown: 1, isCut: false },
      { parts: 1, unknown: 1, isCut: false },
      { parts: 1, unknown: 1, isCut: false },
      { parts: 0, unknown: 0, isCut: false },
      { parts: 3, unknown: 2, isCut: false },
      { parts: 218, unknown: 0, isCut: true },
    ]);
  });

  test('are named beside the results they concern', async () => {
    expect(await notesOf('looking at stars')).toBeUndefined();
    expect(await notesOf('jazz 😭 😭')).toEqual([
      'The model does not know 2 of 3 parts of this query.',
    ]);
    const { notes } = await foundBy('looking at stars', 'meaning');
    expect(notes).toEqual([
      'all-MiniLM-L6-v2 understands English, and other languages only by words that they share with it.',
    ]);
  });

  test('are in the fragment and in plain text', async () => {
    const note = 'The model does not know 2 of 3 parts of this query.';
    expect(await find('jazz 😭 😭', 'text/html')).toContain(note);
    expect(await find('jazz 😭 😭', 'text/plain')).toContain(`Note: ${note}\n`);
  });

  test('are not mentioned where none applies', () => {
    const read = { parts: 5, unknown: 0, isCut: false };
    expect(meaningNotes(read)).toEqual([]);
    expect(meaningNotes({ ...read, isCut: true })).toEqual([
      'This query is longer than the model reads: only its beginning was compared.',
    ]);
  });
});

describe('D3: a text of which the model knows nothing', () => {
  test('is found by no meaning', async () => {
    const { posts } = JSON.parse(await find('looking at stars'));
    expect(posts.map(({ id }: { id: string }) => id).sort()).toEqual(['0', '3', '4']);
    expect(web.library.countWithoutVector(web.embedder.model)).toBe(0);
  });

  test.each(['😭', 'မင်္ဂလာပါ', 'ሰላም'])(
    'as the query %s compares nothing, and says so',
    async (query) => {
      expect(JSON.parse(await find(query))).toMatchObject({ posts: [], notes: [NO_MEANING] });
      expect(await foundBy(query, 'meaning')).toMatchObject({ posts: [], notes: [NO_MEANING] });
    },
  );

  test('is found by its words all the same', async () => {
    const { posts, notes } = await foundBy('ที่นี่อากาศดี', 'best');
    expect(posts.map(({ id }) => id)).toEqual(['2']);
    expect(notes).toEqual([NO_MEANING]);
  });
});

test('D4: what a long post says at its end is found, and shown', async () => {
  const { posts } = await foundBy('How do I bake sourdough bread?', 'meaning');
  expect(posts[0]?.id).toBe('4');
  const { from = 0, to = 0 } = posts[0]?.snippet ?? {};
  expect(posts[0]?.text.slice(from, to)).toContain('sourdough');
});
