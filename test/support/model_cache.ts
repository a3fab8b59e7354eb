import { join } from 'node:path';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { MODEL_FOLDER } from '../../src/embedding/local/manifest.ts';

/** Survives from run to run, so that the model is fetched once per checkout. */
export const MODEL_CACHE = join(import.meta.dir, '../../node_modules/.cache/xgpt-models');

/** The model's own folder in the cache, complete after `fillModelCache`. */
export const CACHED_MODEL = join(MODEL_CACHE, MODEL_FOLDER);

/** The first run fetches 50 MB: give the hook that calls this so long, in ms. */
export const FETCH_TIMEOUT_MS = 300_000;

/** Fetches the model the way a user's program does, unless it is there. */
export async function fillModelCache(): Promise<void> {
  const embedder = createLocalEmbedder({ modelsDir: MODEL_CACHE });
  if (!(await embedder.isReady())) {
    await embedder.prepare({ signal: new AbortController().signal });
  }
  await embedder.close();
}
