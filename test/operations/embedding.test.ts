import { afterEach, describe, expect, test } from 'bun:test';
import { tmpdir } from 'node:os';
import type { EmbeddedPart, Embedder } from '../../src/embedding/index.ts';
import { createTracker, type Job } from '../../src/jobs/index.ts';
import { createLibrary } from '../../src/library/index.ts';
import { embeddedAhead } from '../../src/operations/embedding.ts';
import { definitionsOf, loadOperations } from '../../src/operations/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { createSources } from '../../src/sources/index.ts';
import type { Post } from '../../src/sources/post.ts';
import { until } from '../support/wait.ts';

interface Call {
  texts: string[];
  signal: AbortSignal;
  answer(): void;
  fail(error: Error): void;
}

const MODEL = 'by-length';

/** An embedder whose calls wait until the test answers them, unless `isPrompt` is set. */
function createSlowEmbedder() {
  const calls: Call[] = [];
  const state = { isPrompt: false };
  const embedder = {
    model: MODEL,
    dimensions: 2,
    prepare: async () => {},
    async embedParts(texts: string[], { signal }: { signal: AbortSignal }) {
      const { promise, resolve, reject } = Promise.withResolvers<EmbeddedPart[][]>();
      const answer = () => resolve(texts.map((text) => [{ vector: vectorOf(text) }]));
      calls.push({ texts, signal, answer, fail: reject });
      signal.addEventListener('abort', () => reject(signal.reason));
      if (state.isPrompt) answer();
      return promise;
    },
  } as unknown as Embedder;
  return { calls, state, embedder };
}

function vectorOf(text: string): Float32Array {
  return Float32Array.of(Math.cos(text.length), Math.sin(text.length));
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function setup() {
  const database = openDatabase(':memory:');
  const library = createLibrary(database);
  const slow = createSlowEmbedder();
  const deps = {
    library,
    sources: createSources(loadConfig({ XGPT_SAMPLE_PAGE_MS: '0' })),
    embedder: slow.embedder,
    importsDir: tmpdir(),
  };
  const tracker = createTracker({
    logger: silentLogger,
    database,
    definitions: definitionsOf(await loadOperations(deps)),
    save: (data) => {
      data.write?.();
      return library.save(data);
    },
  });
  await tracker.start();
  closing.push(async () => {
    await tracker.stop();
    database.close();
  });
  const ended = (id: string): Promise<Job> =>
    until('the job has ended', () => {
      const job = tracker.getJob(id);
      return job?.completedAt ? job : undefined;
    });
  return { ...slow, deps, library, tracker, ended };
}

function post(number: number, text = `post ${'.'.repeat(number)}`): Post {
  return {
    source: 'test',
    id: String(number),
    kind: 'post',
    author: 'ada',
    authorName: 'Ada',
    text,
    createdAt: new Date(1_700_000_000_000 + number),
    links: [],
    media: [],
  };
}

const posts = (count: number) => Array.from({ length: count }, (_, i) => post(i + 1));
const batchesOf = (...texts: string[][]) =>
  texts.map((batch) => ({ pending: batch.map((text, key) => ({ key, text })) }));

describe('batches', () => {
  const { signal } = new AbortController();

  test('are at the model while earlier ones are saved, and come in order', async () => {
    const { calls, deps } = await setup();
    const batches = batchesOf(['a'], ['b'], ['c'], ['d'], ['e'], ['f']);
    const embedded = embeddedAhead(deps, batches, signal);
    const first = embedded.next();
    expect(calls.map(({ texts }) => texts[0])).toEqual(['a', 'b', 'c', 'd']);
    for (const { answer } of calls.toReversed()) answer();
    expect((await first).value?.pending[0]?.text).toBe('a');
    // The caller saves it here, while three batches wait for the model or are done.
    expect(calls).toHaveLength(4);
    expect((await embedded.next()).value?.pending[0]?.text).toBe('b');
    expect(calls.map(({ texts }) => texts[0])).toEqual(['a', 'b', 'c', 'd', 'e']);
    await embedded.return(undefined);
  });

  test('before one that fails are not lost, and those after it are given up', async () => {
    const { calls, deps } = await setup();
    const embedded = embeddedAhead(deps, batchesOf(['a'], ['b'], ['c']), signal);
    const first = embedded.next();
    calls[1]?.fail(new Error('The model has crashed.'));
    calls[0]?.answer();
    expect((await first).value?.pending[0]?.text).toBe('a');
    await expect(embedded.next()).rejects.toThrow('The model has crashed.');
    expect(calls[2]?.signal.aborted).toBe(true);
  });

  test('are given up when the caller fails', async () => {
    const { calls, deps } = await setup();
    const save = async () => {
      for await (const _ of embeddedAhead(deps, batchesOf(['a'], ['b']), signal))
        throw new Error('The disk is full.');
    };
    const saved = save();
    await until('both are at the model', () => calls.length === 2);
    calls[0]?.answer();
    await expect(saved).rejects.toThrow('The disk is full.');
    expect(calls[1]?.signal.aborted).toBe(true);
  });

  test('have each text embedded once, for all posts that say it', async () => {
    const { calls, state, deps } = await setup();
    state.isPrompt = true;
    const made = await Array.fromAsync(
      embeddedAhead(deps, batchesOf(['same', 'other', 'same']), signal),
      ({ vectors }) => vectors.vectors.map(({ text, vector }) => [text, vector]),
    );
    expect(calls[0]?.texts).toEqual(['same', 'other']);
    expect(made).toEqual([['same', 'other', 'same'].map((text) => [text, vectorOf(text)])]);
  });
});

describe('an embed job', () => {
  test('that is cancelled keeps the batches it has saved, and its retry continues after them', async () => {
    const { calls, state, library, tracker, ended } = await setup();
    library.savePosts(posts(50));
    const { id } = await tracker.enqueue('embed', { batchSize: 8 });
    await until('batches are at the model', () => calls.length === 4);
    for (const n of [0, 1]) {
      calls[n]?.answer();
      await until('it is saved', () => library.counts().vectors === 8 * (n + 1));
    }
    await tracker.cancelJob(id);
    expect(await ended(id)).toMatchObject({ status: 'cancelled', progress: { current: 16 } });
    expect(calls.slice(2).every(({ signal }) => signal.aborted)).toBe(true);
    expect(library.counts().vectors).toBe(16);

    state.isPrompt = true;
    const before = calls.length;
    await tracker.retryJob(id);
    expect(await ended(id)).toMatchObject({
      status: 'completed',
      result: { model: MODEL, embedded: 50 },
      progress: { current: 50, total: 50 },
    });
    const again = calls.slice(before).flatMap(({ texts }) => texts);
    expect(again).toEqual(
      posts(50)
        .slice(16)
        .map(({ text }) => text),
    );
    expect(library.counts().vectors).toBe(50);
  });

  test('embeds once more what was rewritten while it was at the model', async () => {
    const { calls, state, library, tracker, ended } = await setup();
    library.savePosts(posts(3));
    const { id } = await tracker.enqueue('embed', { batchSize: 1 });
    await until('all are at the model', () => calls.length === 3);
    library.savePosts([post(2, 'rewritten')]);
    state.isPrompt = true;
    for (const { answer } of calls) answer();
    expect((await ended(id)).status).toBe('completed');
    expect(calls.slice(3).flatMap(({ texts }) => texts)).toEqual(['rewritten']);
    expect(library.countWithoutVector(MODEL)).toBe(0);
  });

  test('whose model fails has saved the batches before', async () => {
    const { calls, library, tracker } = await setup();
    library.savePosts(posts(30));
    const { id } = await tracker.enqueue('embed', { batchSize: 10 });
    await until('all are at the model', () => calls.length === 3);
    calls[1]?.fail(new Error('The embedding process ended unexpectedly.'));
    calls[0]?.answer();
    await until('it will try again', () => tracker.getJob(id)?.status === 'retrying');
    expect(tracker.getJob(id)?.progress.current).toBe(10);
    expect(library.counts().vectors).toBe(10);
  });
});

test('a search that is cancelled while it embeds continues with the posts that have no vector', async () => {
  const { calls, state, library, tracker, ended } = await setup();
  const { id } = await tracker.enqueue('search', { query: 'the', maxTweets: 80, embed: true });
  await until('batches are at the model', () => calls.length === 3);
  calls[0]?.answer();
  await until('one is saved', () => library.counts().vectors === 32);
  await tracker.cancelJob(id);
  expect((await ended(id)).status).toBe('cancelled');

  state.isPrompt = true;
  await tracker.retryJob(id);
  expect(await ended(id)).toMatchObject({
    status: 'completed',
    result: { posts: 80, embedded: 80 },
    progress: { current: 80, total: 80 },
  });
  expect(calls.slice(3).map(({ texts }) => texts.length)).toEqual([32, 16]);
  expect(library.counts().vectors).toBe(80);
});
