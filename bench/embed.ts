/**
 * How fast the local model embeds, and how long that blocks the thread that serves requests.
 *
 *     bun bench/embed.ts
 *
 * "raw" is onnxruntime alone, on the main thread, with tokens made beforehand: the limit of this
 * machine on one core.
 */
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createLocalEmbedder } from '../src/embedding/index.ts';
import { CACHED_MODEL, fillModelCache, MODEL_CACHE } from '../test/support/model_cache.ts';

const SECONDS = 3;
const { signal } = new AbortController();

const SUBJECTS = ['The telescope', 'A sourdough starter', 'The climber on the north face'];
const VERBS = ['waits for', 'remembers', 'is late because of', 'has never heard of'];
const ENDINGS = ['the night train to the coast', 'a jazz quartet in the old harbour'];

/** Posts of about 15 words. */
function post(i: number): string {
  return `${SUBJECTS[i % 3]} ${VERBS[i % 4]} ${ENDINGS[i % 2]}, and number ${i} tells nobody why.`;
}

const posts = Array.from({ length: 256 }, (_, i) => post(i));

interface Measured {
  textsPerSecond: number;
  /** The longest time the main thread was blocked, in ms. */
  largestGap: number;
}

async function measure(
  batchSize: number,
  embed: (batch: string[]) => Promise<unknown>,
): Promise<Measured> {
  const batch = posts.slice(0, batchSize);
  await embed(batch);
  const gap = watchGaps();
  const start = performance.now();
  let texts = 0;
  for (; performance.now() - start < SECONDS * 1000; texts += batchSize) await embed(batch);
  const seconds = (performance.now() - start) / 1000;
  return { textsPerSecond: texts / seconds, largestGap: gap.stop() };
}

function watchGaps(): { stop(): number } {
  let largest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    largest = Math.max(largest, performance.now() - last);
    last = performance.now();
  }, 1);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(largest, performance.now() - last);
    },
  };
}

async function createRaw(): Promise<(batch: string[]) => Promise<unknown>> {
  const tokenizer = new Tokenizer(
    await Bun.file(join(CACHED_MODEL, 'tokenizer.json')).json(),
    await Bun.file(join(CACHED_MODEL, 'tokenizer_config.json')).json(),
  );
  const inference = await InferenceSession.create(join(CACHED_MODEL, 'onnx/model_q4.onnx'), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const prepared = new Map<number, Record<string, Tensor>>();
  return (batch) => {
    const inputs = prepared.get(batch.length) ?? tensors(tokenizer, batch);
    prepared.set(batch.length, inputs);
    return inference.run(inputs);
  };
}

function tensors(tokenizer: Tokenizer, batch: string[]): Record<string, Tensor> {
  const rows = batch.map((text) => tokenizer.encode(text).ids);
  const width = Math.max(...rows.map((row) => row.length));
  const tensor = (value: (row: number[], column: number) => number) =>
    new Tensor(
      'int64',
      BigInt64Array.from(
        rows.flatMap((row) => Array.from({ length: width }, (_, c) => BigInt(value(row, c)))),
      ),
      [rows.length, width],
    );
  return {
    input_ids: tensor((row, c) => row[c] ?? 0),
    attention_mask: tensor((row, c) => (c < row.length ? 1 : 0)),
    token_type_ids: tensor(() => 0),
  };
}

await fillModelCache();
const embedder = createLocalEmbedder({ modelsDir: MODEL_CACHE });
await embedder.prepare({ signal });
const raw = await createRaw();

const table = [];
for (const batchSize of [1, 32]) {
  const alone = await measure(batchSize, raw);
  const ours = await measure(batchSize, (batch) => embedder.embed(batch, { signal }));
  table.push({
    batch: batchSize,
    'texts/s': Math.round(ours.textsPerSecond),
    'raw texts/s': Math.round(alone.textsPerSecond),
    ratio: (ours.textsPerSecond / alone.textsPerSecond).toFixed(2),
    'largest gap, ms': ours.largestGap.toFixed(1),
    'raw largest gap, ms': alone.largestGap.toFixed(1),
  });
}
console.table(table);
await embedder.close();
