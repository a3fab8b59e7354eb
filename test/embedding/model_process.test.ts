import { afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelUnavailable } from '../../src/embedding/embedder.ts';
import {
  createModelProcess,
  type ModelProcess,
  type ModelProcessOptions,
  Unserved,
} from '../../src/embedding/local/model_process.ts';
import { CACHED_MODEL, FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';
import { until } from '../support/wait.ts';

const UNRULY = new URL('./unruly_program.ts', import.meta.url);
const AN_HOUR = 3_600_000;
const { signal } = new AbortController();

let model: ModelProcess;

beforeAll(fillModelCache, FETCH_TIMEOUT_MS);
afterEach(() => model.stop());

function createReal(): ModelProcess {
  return createModelProcess({ graceMs: AN_HOUR, keepMs: AN_HOUR });
}

/** One that has loaded and stays what it is unless a test says otherwise. */
async function createUnruly(options: Partial<ModelProcessOptions> = {}): Promise<ModelProcess> {
  const unruly = createModelProcess({
    graceMs: AN_HOUR,
    keepMs: AN_HOUR,
    program: UNRULY,
    ...options,
  });
  await unruly.load('anything', signal);
  return unruly;
}

async function pidOf(asked: ModelProcess): Promise<number> {
  const [vector] = await asked.embed(['who are you'], signal);
  return vector?.[0] ?? Number.NaN;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function failureOf(promise: Promise<unknown>): Promise<ModelUnavailable> {
  const error = await promise.then(
    () => undefined,
    (thrown: ModelUnavailable) => thrown,
  );
  expect(error).toBeInstanceOf(ModelUnavailable);
  return error as ModelUnavailable;
}

describe('the real model', () => {
  test('returns vectors with their own memory', async () => {
    model = createReal();
    await model.load(CACHED_MODEL, signal);
    expect(model.isLoaded).toBe(true);
    for (const vector of await model.embed(['one text', 'another'], signal)) {
      expect(vector).toBeInstanceOf(Float32Array);
      expect(vector.buffer.byteLength).toBe(384 * 4);
    }
  });

  test("stores no telemetry in the user's home", async () => {
    const home = await mkdtemp(join(tmpdir(), 'xgpt-home-'));
    const { HOME } = process.env;
    process.env.HOME = home;
    try {
      model = createReal();
      await model.load(CACHED_MODEL, signal);
    } finally {
      process.env.HOME = HOME;
    }
    const files = await readdir(home, { recursive: true });
    expect(files.filter((name) => name.includes('onnxruntime'))).toEqual([]);
    await rm(home, { recursive: true });
  });

  test('that does not load is a permanent error with its cause', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'xgpt-empty-'));
    model = createReal();
    const error = await failureOf(model.load(empty, signal));
    expect(error.permanent).toBe(true);
    expect(error.cause).toBeInstanceOf(Error);
    await rm(empty, { recursive: true });

    await model.load(CACHED_MODEL, signal);
    expect(model.isLoaded).toBe(true);
  });
});

describe('a crash', () => {
  test('rejects the pending request, and the next load starts another process', async () => {
    model = await createUnruly();
    const before = await pidOf(model);
    const error = await failureOf(model.embed(['crash'], signal));
    expect(error.permanent).toBe(false);
    expect(error.message).toContain(
      'ended unexpectedly (SIGKILL, possibly out of memory). Try again.',
    );
    expect(model.isLoaded).toBe(false);

    await model.load('anything', signal);
    expect(await pidOf(model)).not.toBe(before);
  });

  test('leaves the requests behind it to another process', async () => {
    model = await createUnruly();
    const crashing = model.embed(['crash'], signal);
    const behind = [1, 2].map(() => model.embed(['text'], signal));
    await failureOf(crashing);
    for (const { reason } of (await Promise.allSettled(behind)) as PromiseRejectedResult[])
      expect(reason).toBeInstanceOf(Unserved);
  });

  test('while loading is not a permanent error', async () => {
    model = createModelProcess({ graceMs: AN_HOUR, keepMs: AN_HOUR, program: UNRULY });
    const error = await failureOf(model.load('crash', signal));
    expect(error.permanent).toBe(false);
    await model.load('anything', signal);
    expect(model.isLoaded).toBe(true);
  });

  test('between two requests is noticed by the next one', async () => {
    model = await createUnruly();
    process.kill(await pidOf(model), 'SIGKILL');
    // The process is gone, and nothing that happens on this thread has been told.
    Bun.sleepSync(100);
    expect((await failureOf(model.embed(['text'], signal))).message).toContain('ended unexpect');
    expect((await failureOf(model.embed(['text'], signal))).message).toContain('ended unexpect');
    await model.load('anything', signal);
    expect(await pidOf(model)).toBePositive();
  });
});

test('an error of the model does not end its process', async () => {
  model = await createUnruly();
  const before = await pidOf(model);
  await expect(model.embed(['fail'], signal)).rejects.toThrow('no such token');
  expect(await pidOf(model)).toBe(before);
});

test('requests that are under way together get their own answers', async () => {
  model = await createUnruly();
  const slow = model.embed(['slow', 'text'], signal);
  const texts = model.embedParts(['text'], signal);
  const failing = model.embed(['fail'], signal);
  await expect(failing).rejects.toThrow('no such token');
  expect(await texts).toHaveLength(1);
  expect(await slow).toHaveLength(2);
});

describe('an aborted request', () => {
  test('with a response within the grace keeps the process', async () => {
    model = await createUnruly();
    const before = await pidOf(model);
    const controller = new AbortController();
    const slow = model.embed(['slow'], controller.signal);
    controller.abort();
    expect(await slow).toHaveLength(1);
    expect(await pidOf(model)).toBe(before);
  });

  test('without one ends the process, and the next load starts another one', async () => {
    model = await createUnruly({ graceMs: 50 });
    const before = await pidOf(model);
    const controller = new AbortController();
    const hung = model.embed(['hang'], controller.signal);
    controller.abort();
    expect((await failureOf(hung)).message).toContain('ended before it responded');
    await until('the process is gone', () => !isAlive(before));

    await model.load('anything', signal);
    expect(await pidOf(model)).not.toBe(before);
  });

  test('is cancelled in the process, which serves what comes after it', async () => {
    model = createReal();
    await model.load(CACHED_MODEL, signal);
    const controller = new AbortController();
    const minutes = Array<string>(50_000).fill('The telescope waits for the night.');
    const cut = model.embedParts(minutes, controller.signal);
    const after = model.embedParts(['after'], signal);
    controller.abort();
    await expect(cut).rejects.toThrow();
    expect(await after).toHaveLength(1);
  });

  test('may be a load', async () => {
    model = createModelProcess({ graceMs: 50, keepMs: AN_HOUR, program: UNRULY });
    const controller = new AbortController();
    const hung = model.load('hang', controller.signal);
    controller.abort();
    expect((await failureOf(hung)).permanent).toBe(false);
    await model.load('anything', signal);
    expect(model.isLoaded).toBe(true);
  });
});

describe('stop', () => {
  test('ends a process that hangs, and rejects the pending request', async () => {
    model = await createUnruly();
    const pid = await pidOf(model);
    const hung = failureOf(model.embed(['hang'], signal));
    await model.stop();
    await hung;
    expect(isAlive(pid)).toBe(false);
  });
});

describe('an idle process', () => {
  test('is ended after a while, and the next load starts another one', async () => {
    model = await createUnruly({ keepMs: 50 });
    const before = await pidOf(model);
    await until('it has been ended', () => !isAlive(before));
    expect(model.isLoaded).toBe(false);
    await model.load('anything', signal);
    expect(await pidOf(model)).not.toBe(before);
  });

  test('is not ended during a long request', async () => {
    model = await createUnruly({ keepMs: 50 });
    const long = model.embed(['slow'], signal);
    expect(await model.embed(['text'], signal)).toHaveLength(1);
    expect(await long).toHaveLength(1);
  });
});
