import { afterEach, expect, test } from 'bun:test';
import { getPriority } from 'node:os';
import { ModelUnavailable } from '../../src/embedding/embedder.ts';
import {
  createModelPool,
  type ModelPool,
  type ModelPoolOptions,
} from '../../src/embedding/local/model_pool.ts';
import { Unserved } from '../../src/embedding/local/model_process.ts';
import type { Logger } from '../../src/platform/logger.ts';
import { until } from '../support/wait.ts';

const AN_HOUR = 3_600_000;
const { signal } = new AbortController();

let pool: ModelPool;
let warnings: string[] = [];
afterEach(() => pool.stop());

/** Of processes that answer a text with their id, and take 1 ms for "work". */
async function setup(options: Partial<ModelPoolOptions> = {}): Promise<void> {
  warnings = [];
  pool = createModelPool({
    graceMs: AN_HOUR,
    keepMs: AN_HOUR,
    program: new URL('./unruly_program.ts', import.meta.url),
    hasSecond: true,
    logger: recordWarnings(),
    ...options,
  });
  await pool.load('anything', signal);
}

function recordWarnings(): Logger {
  const ignore = () => {};
  return { debug: ignore, info: ignore, warn: (text) => warnings.push(text), error: ignore };
}

/** The ids of the processes that served so many portions, by portion. */
async function serve(portions: number, text = 'work'): Promise<number[]> {
  const served = await Promise.all(
    Array.from({ length: portions }, () => pool.embedParts([text], signal)),
  );
  return served.map(([parts]) => parts?.[0]?.vector[0] ?? Number.NaN);
}

/** Serves many portions, without a pause until `isEnough`. @returns the processes that did it. */
async function serveUntil(isEnough: (pids: Set<number>) => boolean, text?: string) {
  const pids = new Set<number>();
  while (!isEnough(pids)) for (const pid of await serve(60, text)) pids.add(pid);
  return pids;
}

const withSecond = () => serveUntil(({ size }) => size === 2);

async function firstProcess(): Promise<number> {
  const [vector] = await pool.embed(['who are you'], signal);
  return vector?.[0] ?? Number.NaN;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('few texts are left to the first process', async () => {
  await setup();
  expect(new Set(await serve(16))).toEqual(new Set([await firstProcess()]));
});

test('many texts get a second process, which takes what others leave of a core', async () => {
  await setup();
  const first = await firstProcess();
  const pids = await withSecond();
  pids.delete(first);
  expect([...pids].map((pid) => getPriority(pid))).toEqual([Math.min(getPriority() + 10, 19)]);
  expect(getPriority(first)).toBe(getPriority());
});

test('a second process that is idle is ended', async () => {
  await setup({ keepMs: 50 });
  const pids = [...(await withSecond())];
  await until('both are gone', () => !pids.some(isAlive));
});

test('what the second process did not survive is done by the first, which remains alone', async () => {
  await setup();
  const first = await firstProcess();
  const pids = await serveUntil(() => warnings.length > 0, `crash unless ${first}`);
  expect(pids).toEqual(new Set([first]));
  expect(warnings).toEqual(['Embedding continues in one process: another one has failed.']);
  expect(new Set(await serve(150))).toEqual(new Set([first]));
  expect(warnings).toHaveLength(1);
});

test('a second process that cannot load the model is done without', async () => {
  await setup();
  const first = await firstProcess();
  // Loaded already in the first process, it is only kept for the second.
  await pool.load(`crash unless ${first}`, signal);
  const pids = await serveUntil(() => warnings.length > 0);
  expect(pids).toEqual(new Set([first]));
});

test('there is one process when no second one is allowed', async () => {
  await setup({ hasSecond: false });
  expect(new Set(await serve(150)).size).toBe(1);
});

test('after a crash of the first process, portions that were not begun can be served again', async () => {
  await setup({ hasSecond: false });
  const before = await firstProcess();
  const [crashed, ...others] = await Promise.allSettled(
    ['crash', 'work', 'work', 'work'].map((text) => pool.embedParts([text], signal)),
  );
  expect((crashed as PromiseRejectedResult).reason).toBeInstanceOf(ModelUnavailable);
  for (const other of others)
    expect((other as PromiseRejectedResult).reason).toBeInstanceOf(Unserved);
  await pool.load('anything', signal);
  expect(await firstProcess()).not.toBe(before);
});

test('a portion whose caller has left is not begun', async () => {
  await setup({ hasSecond: false });
  const leaving = new AbortController();
  const work = serve(3);
  const left = pool.embedParts(['crash'], leaving.signal);
  leaving.abort(new Error('cancelled'));
  await expect(left).rejects.toThrow('cancelled');
  expect(await work).toHaveLength(3);
  expect(await serve(1)).toEqual([await firstProcess()]);
});

test('stop ends all processes', async () => {
  await setup();
  const pids = [...(await withSecond())];
  await pool.stop();
  expect(pids.map(isAlive)).toEqual([false, false]);
});
