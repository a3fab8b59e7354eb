import { join } from 'node:path';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { MODEL_FOLDER } from '../../src/embedding/local/manifest.ts';
import { withOtherHosts } from './loopback/other_hosts.ts';

/** Kept between runs, so that the model is downloaded once per checkout. */
export const MODEL_CACHE = join(import.meta.dir, '../../node_modules/.cache/xgpt-models');

/** The model's folder in the cache, complete after `fillModelCache`. */
export const CACHED_MODEL = join(MODEL_CACHE, MODEL_FOLDER);

/** Timeout for the hook that calls `fillModelCache`, in ms: the first run downloads 50 MB. */
export const FETCH_TIMEOUT_MS = 300_000;

/** Downloads the model as the program does, unless it is in the cache. */
export async function fillModelCache(): Promise<void> {
  const embedder = createLocalEmbedder({ modelsDir: MODEL_CACHE });
  if (!(await embedder.isReady())) {
    await withOtherHosts(() => embedder.prepare({ signal: new AbortController().signal }));
  }
  await embedder.close();
}
