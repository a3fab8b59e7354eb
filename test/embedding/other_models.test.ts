import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbedder, ModelUnavailable } from '../../src/embedding/index.ts';
import { CACHED_MODEL, FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';

const { signal } = new AbortController();
const asked: { path: string; key: string | null; input: string[] }[] = [];

const service = Bun.serve({
  port: 0,
  async fetch(request) {
    const { input } = (await request.json()) as { input: string[] };
    asked.push({
      path: new URL(request.url).pathname,
      key: request.headers.get('authorization'),
      input,
    });
    if (input.includes('refuse')) return new Response('no', { status: 401 });
    const data = input.map((text, index) => ({ index, embedding: [text.length, 0, 1] }));
    return Response.json({ data: data.reverse() });
  },
});

let dir: string;
beforeAll(async () => {
  await fillModelCache();
  dir = await mkdtemp(join(tmpdir(), 'xgpt-own-model-'));
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'onnx'])
    await symlink(join(CACHED_MODEL, name), join(dir, name));
}, FETCH_TIMEOUT_MS);

afterAll(async () => {
  await service.stop(true);
  await rm(dir, { recursive: true });
});

function atService(dimensions = 3) {
  const url = `http://localhost:${service.port}/v1`;
  return createEmbedder({
    modelsDir: dir,
    modelEndpoint: { url, model: 'tiny', dimensions, key: 'k' },
  });
}

test('an API gives vectors, in the order of the texts and of length 1', async () => {
  const embedder = await atService();
  const [one, two] = await embedder.embed(['a', 'four'], { signal });
  expect(one).toEqual(Float32Array.of(Math.SQRT1_2, 0, Math.SQRT1_2));
  expect(two?.[0]).toBeCloseTo(4 / Math.hypot(4, 1));
  expect(asked.at(-1)).toEqual({
    path: '/v1/embeddings',
    key: 'Bearer k',
    input: ['a', 'four'],
  });
});

test('an API gets long texts in parts, and texts without content not at all', async () => {
  const text = 'The telescope waits for the night. '.repeat(60);
  const [long, none, short] = await (await atService()).embedParts([text, '!!!', 'short'], {
    signal,
  });
  expect(long?.length).toBeGreaterThan(5);
  expect(long?.every(({ extent }) => extent && extent.to > extent.from)).toBe(true);
  expect(none).toEqual([]);
  expect(short).toHaveLength(1);
  expect(short?.[0]?.extent).toBeUndefined();
});

test.each([
  ['refuse', 3, 'it answered with status 401'],
  ['a', 4, 'its vectors have 3 dimensions, and XGPT_MODEL_DIMENSIONS is 4'],
])('an API that does not fit is named (%s, %d)', async (text, dimensions, reason) => {
  const failure = await (await atService(dimensions))
    .embed([text], { signal })
    .catch((error) => error);
  expect(failure).toBeInstanceOf(ModelUnavailable);
  expect(failure.message).toContain(reason);
});

test('an API that cannot be reached is named in whole sentences', async () => {
  const closed = Bun.serve({ port: 0, fetch: () => new Response() });
  const url = `http://localhost:${closed.port}/v1`;
  await closed.stop(true);
  const embedder = await createEmbedder({
    modelsDir: dir,
    modelEndpoint: { url, model: 'tiny', dimensions: 3, key: 'k' },
  });
  const { message } = await embedder.embed(['a'], { signal }).catch((error) => error);
  expect(message).toMatch(/ cannot be used: .+[^?!.][?!.] Check XGPT_MODEL_URL, /);
});

test('a folder with a manifest is another model, with its own limit and prefixes', async () => {
  const manifest = { name: 'own', dimensions: 384, maxTokens: 16, onnx: 'onnx/model_q4.onnx' };
  await Bun.write(
    join(dir, 'xgpt-model.json'),
    JSON.stringify({ ...manifest, queryPrefix: 'q: ' }),
  );
  const own = await createEmbedder({ modelsDir: dir, modelDir: dir });
  expect([own.model, own.dimensions, await own.isReady()]).toEqual(['own', 384, true]);
  const [query] = await own.embed(['jazz'], { signal });
  const [[whole] = [], [text] = []] = await own.embedParts(['q: jazz', 'jazz'], { signal });
  expect(query).toEqual(whole?.vector as Float32Array);
  expect(text?.vector).not.toEqual(query as Float32Array);
  expect(await own.read(['jazz '.repeat(20)], { signal })).toMatchObject([{ isCut: true }]);
  await own.close();
});

test('a manifest that cannot be used is named', async () => {
  await Bun.write(join(dir, 'xgpt-model.json'), '{"name": "own"}');
  const unusable = createEmbedder({ modelsDir: dir, modelDir: dir });
  await expect(unusable).rejects.toThrow('xgpt-model.json cannot be used');
});
