/**
 * How fast the local model embeds posts of different lengths, 32 at a time as a job does.
 *
 *     bun bench/embed.ts [folder of another build]
 *
 * "bare loop" is the tokenizer and onnxruntime alone, one text after the other on the main thread: the limit
 * of this machine on one core. The subjects take turns, so that a busy machine is busy for all of them.
 */
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createLocalEmbedder } from '../src/embedding/index.ts';
import { CACHED_MODEL, fillModelCache, MODEL_CACHE } from '../test/support/model_cache.ts';

const ROUNDS = 6;
const BATCH = 32;
const { signal } = new AbortController();

const SUBJECTS = ['The telescope', 'A sourdough starter', 'The climber on the north face'];
const VERBS = ['waits for', 'remembers', 'is late because of', 'has never heard of'];
const ENDINGS = ['the night train to the coast', 'a jazz quartet in the old harbour'];

/** Posts of 15 to 60 words, in no order of length. */
function post(i: number): string {
  const sentence = (n: number) =>
    `${SUBJECTS[n % 3]} ${VERBS[n % 4]} ${ENDINGS[n % 2]}, and number ${n} tells nobody why.`;
  return Array.from({ length: 1 + ((i * 7) % 4) }, (_, n) => sentence(i + n)).join(' ');
}

const posts = Array.from({ length: 4 * BATCH }, (_, i) => post(i));

type Embed = (texts: string[]) => Promise<unknown>;

/** The seconds that all posts take. */
async function secondsOf(embed: Embed): Promise<number> {
  const start = performance.now();
  for (let at = 0; at < posts.length; at += BATCH) await embed(posts.slice(at, at + BATCH));
  return (performance.now() - start) / 1000;
}

async function createBareLoop(): Promise<Embed> {
  const tokenizer = new Tokenizer(
    await Bun.file(join(CACHED_MODEL, 'tokenizer.json')).json(),
    await Bun.file(join(CACHED_MODEL, 'tokenizer_config.json')).json(),
  );
  const inference = await InferenceSession.create(join(CACHED_MODEL, 'onnx/model_q4.onnx'), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const tensor = (values: BigInt64Array) => new Tensor('int64', values, [1, values.length]);
  return async (texts) => {
    for (const text of texts) {
      const { ids } = tokenizer.encode(text);
      await inference.run({
        input_ids: tensor(BigInt64Array.from(ids, BigInt)),
        attention_mask: tensor(new BigInt64Array(ids.length).fill(1n)),
        token_type_ids: tensor(new BigInt64Array(ids.length)),
      });
    }
  };
}

async function createOtherBuild(folder: string): Promise<Embed> {
  const build: typeof import('../src/embedding/index.ts') = await import(
    join(folder, 'src/embedding/index.ts')
  );
  const other = build.createLocalEmbedder({ modelsDir: MODEL_CACHE });
  await other.prepare({ signal });
  closing.push(() => other.close());
  return (texts) => other.embed(texts, { signal });
}

const closing: (() => Promise<void>)[] = [];
await fillModelCache();
const embedder = createLocalEmbedder({ modelsDir: MODEL_CACHE });
closing.push(() => embedder.close());
await embedder.prepare({ signal });
const subjects: Record<string, Embed> = {
  'bare loop': await createBareLoop(),
  xgpt: (texts) => embedder.embedParts(texts, { signal }),
};
const [folder] = process.argv.slice(2);
if (folder) subjects['other build'] = await createOtherBuild(folder);

const best = new Map<string, number>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, embed] of Object.entries(subjects)) {
    best.set(name, Math.min(await secondsOf(embed), best.get(name) ?? Number.POSITIVE_INFINITY));
  }
}
const bare = best.get('bare loop') ?? Number.NaN;
console.table(
  [...best].map(([subject, seconds]) => ({
    subject,
    'posts/s': Math.round(posts.length / seconds),
    'of the bare loop': (bare / seconds).toFixed(2),
  })),
);
for (const close of closing) await close();
