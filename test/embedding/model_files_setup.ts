import { afterEach, beforeAll, beforeEach, expect } from 'bun:test';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelUnavailable } from '../../src/embedding/embedder.ts';
import { MODEL_FILES, MODEL_FOLDER } from '../../src/embedding/local/manifest.ts';
import { createModelFiles, type ModelFilesOptions } from '../../src/embedding/local/model_files.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { CACHED_MODEL, FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';
import { type Origin, packModel, serveHub, serveTarball } from './model_origins.ts';

export let tarball: Uint8Array<ArrayBuffer>;

export let npm: Origin;

export let hub: Origin;

export let modelsDir: string;

export function setup(options: Partial<ModelFilesOptions> = {}) {
  return createModelFiles({
    modelsDir,
    tarballUrl: async () => npm.url,
    hubUrl: hub.url,
    idleTimeoutMs: 10_000,
    logger: silentLogger,
    ...options,
  });
}

export const ownDir = () => join(modelsDir, MODEL_FOLDER);

export async function filesOnDisk(dir = ownDir()): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

export const ALL_FILES = MODEL_FILES.map((file) => file.path.split('/').at(-1) ?? '').sort();

export async function copyModel(to: string, damage?: string): Promise<void> {
  await cp(CACHED_MODEL, to, { recursive: true });
  if (damage === undefined) return;
  const bytes = await Bun.file(join(to, damage)).bytes();
  bytes[1000] = (bytes[1000] ?? 0) ^ 1;
  await Bun.write(join(to, damage), bytes);
}

export async function failureOf(promise: Promise<unknown>): Promise<ModelUnavailable> {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelUnavailable);
  return error;
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await Bun.sleep(5);
}

/** Every test file that imports from here calls it at its beginning. */
export function registerHooks(): void {
  beforeAll(async () => {
    await fillModelCache();
    tarball = await packModel();
  }, FETCH_TIMEOUT_MS);
  beforeEach(async () => {
    npm = serveTarball(tarball);
    hub = serveHub();
    modelsDir = await mkdtemp(join(tmpdir(), 'xgpt-models-'));
  });
  afterEach(async () => {
    npm.stop();
    hub.stop();
    await rm(modelsDir, { recursive: true, force: true });
  });
}
