import { afterEach, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelUnavailable } from '../../src/embedding/embedder.ts';
import { createModelWorker, type ModelWorker } from '../../src/embedding/local/model_worker.ts';
import { CACHED_MODEL, FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';

const CRASHING = new URL('./crashing_worker.ts', import.meta.url);

let worker: ModelWorker;

beforeAll(fillModelCache, FETCH_TIMEOUT_MS);
afterEach(() => worker.stop());

test('a crash rejects what is under way, and the next load starts a new thread', async () => {
  worker = createModelWorker(CRASHING);
  await worker.load(CACHED_MODEL);
  const calls = [worker.embed(['crash']), worker.embed(['behind it'])];
  for (const result of await Promise.allSettled(calls)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { permanent: false } });
    const { reason } = result as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(ModelUnavailable);
    expect(reason.message).toContain('ended unexpectedly (out of memory). Try again.');
  }
  expect(worker.isLoaded).toBe(false);

  await worker.load(CACHED_MODEL);
  expect(await worker.embed(['again'])).toHaveLength(1);
});

test('loads once for callers that come at the same time', async () => {
  worker = createModelWorker();
  await Promise.all([worker.load(CACHED_MODEL), worker.load(CACHED_MODEL)]);
  expect(worker.isLoaded).toBe(true);
});

test('a model that does not load is a permanent failure with its cause', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'xgpt-empty-'));
  worker = createModelWorker();
  const error = await worker.load(empty).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(ModelUnavailable);
  expect(error.permanent).toBe(true);
  expect(error.cause).toBeInstanceOf(Error);
  await rm(empty, { recursive: true });

  await worker.load(CACHED_MODEL);
  expect(worker.isLoaded).toBe(true);
});
