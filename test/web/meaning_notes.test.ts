import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { meaningNotes } from '../../src/text/meaning_notes.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { FETCH_TIMEOUT_MS, fillModelCache, MODEL_CACHE } from '../support/model_cache.ts';

setDefaultTimeout(120_000);
afterAll(closeApps);

const { signal } = new AbortController();
const LONG = 'The telescope waits for the night. '.repeat(60);

let web: TestApp;
beforeAll(async () => {
  await fillModelCache();
  web = await setupApp();
  const texts = ['The telescope waits for the night.', '🎉🎉🎉', 'ที่นี่อากาศดี', LONG];
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

const notesOf = async (q: string): Promise<string[]> => JSON.parse(await find(q)).notes;

const OF_POSTS = [
  '2 posts below have nothing that the model knows, such as emoji alone: the similarity says nothing.',
  '1 post below is longer than the model reads, about 200 words: only the beginning was compared.',
];

describe('F15: the limits of the model', () => {
  test('are read from its own tokens', async () => {
    const embedder = createLocalEmbedder({ modelsDir: MODEL_CACHE });
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
    expect(await notesOf('looking at stars')).toEqual(OF_POSTS);
    for (const query of ['😭', 'မင်္ဂလာပါ', '!!!']) {
      expect((await notesOf(query))[0]).toStartWith('The model knows no part of this query');
    }
    expect((await notesOf('jazz 😭 😭'))[0]).toBe(
      'The model does not know 2 of 3 parts of this query.',
    );
  });

  test('are on the page, in the fragment and in plain text', async () => {
    const page = await (await web.request('/find?q=stars&by=meaning')).text();
    const fragment = await find('stars', 'text/html');
    for (const html of [page, fragment]) {
      expect(html).toContain(`search-notes" role="note">${OF_POSTS.join(' ')}</p>`);
    }
    expect(await find('stars', 'text/plain')).toContain(`Note: ${OF_POSTS[0]}\n`);
  });

  test('are not mentioned where none applies', () => {
    const read = { parts: 5, unknown: 0, isCut: false };
    expect(meaningNotes(read, [read, read])).toEqual([]);
    expect(meaningNotes({ ...read, isCut: true }, [])).toEqual([
      'This query is longer than the model reads: only its beginning was compared.',
    ]);
  });
});
