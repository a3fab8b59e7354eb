import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Embedder, ModelUnavailable } from '../../src/embedding/embedder.ts';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { FETCH_TIMEOUT_MS, fillModelCache, MODEL_CACHE } from '../support/model_cache.ts';
import { until } from '../support/wait.ts';

setDefaultTimeout(300_000);

const UNRULY = new URL('./unruly_program.ts', import.meta.url);
const EMBEDDING = join(import.meta.dir, '../../src/embedding/index.ts');

let embedder: Embedder;

beforeAll(async () => {
  await fillModelCache();
  embedder = createLocalEmbedder({ modelsDir: MODEL_CACHE });
}, FETCH_TIMEOUT_MS);

afterAll(() => embedder.close());

const { signal } = new AbortController();

function cosine(a?: Float32Array, b?: Float32Array): number {
  if (!a || !b) throw new Error('A vector is missing.');
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0);
}

function furthestApart(a?: Float32Array, b?: Float32Array): number {
  if (!a || !b) throw new Error('A vector is missing.');
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

function texts(count: number): string[] {
  const subjects = ['The telescope', 'A sourdough starter', 'The climber', 'A jazz quartet'];
  const rest = ['waits for the night', 'is late again, and nobody minds', 'improves'];
  return Array.from(
    { length: count },
    (_, i) => `${subjects[i % 4]} ${rest[i % 3]} ${'and again '.repeat(i % 7)}${i}`,
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('vectors', () => {
  test('of a paraphrase are nearer than those of other texts', async () => {
    const [cat, paraphrase, bank] = await embedder.embed(
      ['The cat sleeps on the sofa.', 'A kitten naps on the couch.', 'The bank raised its rates.'],
      { signal },
    );
    expect(cosine(cat, paraphrase)).toBeGreaterThan(0.5);
    expect(cosine(cat, bank)).toBeLessThan(0.2);
  });

  test('have 384 numbers, unit length and their own memory', async () => {
    for (const vector of await embedder.embed(texts(9), { signal })) {
      expect(vector).toHaveLength(embedder.dimensions);
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
      expect(vector.buffer.byteLength).toBe(384 * 4);
    }
  });

  test('come in the order of the texts, and do not depend on the batch', async () => {
    const many = texts(13).reverse();
    const together = await embedder.embed(many, { signal });
    for (const [i, text] of many.entries()) {
      const [alone] = await embedder.embed([text], { signal });
      expect(furthestApart(alone, together[i])).toBeLessThan(1e-4);
    }
  });

  test('of an empty list are an empty list', async () => {
    expect(await embedder.embed([], { signal })).toEqual([]);
  });

  test('exist for any text: empty, emoji, other scripts, a lone surrogate', async () => {
    const odd = [
      '',
      ' ',
      '🛰️🚀',
      'Der Brotteig ruht über Nacht.',
      '望遠鏡は夜を待つ',
      '\ud83d',
      '\0',
    ];
    for (const vector of await embedder.embed(odd, { signal })) {
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    }
  });

  test('of a long text are those of its first 256 tokens', async () => {
    const beginning = 'rock '.repeat(254);
    const [short, long, endless, other] = await embedder.embed(
      [beginning, `${beginning}jazz`, `${beginning}${'jazz '.repeat(50_000)}`, `jazz ${beginning}`],
      { signal },
    );
    expect(cosine(long, short)).toBeCloseTo(1, 5);
    expect(cosine(endless, short)).toBeCloseTo(1, 5);
    expect(cosine(other, short)).toBeLessThan(0.9999);
  });
});

describe('parts', () => {
  test('come in the order of the texts, the same as of each text alone', async () => {
    const many = [...texts(30), 'The night is long. '.repeat(40), '🛰️🚀', ...texts(3)];
    const together = await embedder.embedParts(many, { signal });
    expect(together.map(({ length }) => length)).toEqual([
      ...Array(30).fill(1),
      expect.any(Number),
      0,
      ...Array(3).fill(1),
    ]);
    for (const at of [0, 29, 30, 34]) {
      const [alone] = await embedder.embedParts([many[at] ?? ''], { signal });
      expect(together[at]).toEqual(alone);
    }
    expect(together[30]?.length).toBeGreaterThan(3);
  });

  test('of many texts do not keep a query waiting', async () => {
    const controller = new AbortController();
    // Minutes of work: a query that waited for it would come too late.
    const many = embedder.embedParts(texts(20_000), { signal: controller.signal });
    expect(await embedder.embed(['a query'], { signal })).toHaveLength(1);
    expect(await embedder.read(['a query'], { signal })).toMatchObject([{ parts: 2 }]);
    controller.abort(new Error('cancelled'));
    await expect(many).rejects.toThrow('cancelled');
    expect(await embedder.embedParts(['after'], { signal })).toHaveLength(1);
  });

  test('of an empty list are an empty list', async () => {
    expect(await embedder.embedParts([], { signal })).toEqual([]);
  });
});

describe('a call', () => {
  test('that is aborted rejects with the reason, and skips the rest', async () => {
    const controller = new AbortController();
    const reason = new Error('The job was cancelled.');
    const before = embedder.embed(texts(4), { signal });
    // Minutes of work: were it not dropped, the call after it would not be served in time.
    const cut = embedder.embed(texts(20_000), { signal: controller.signal });
    const after = embedder.embed(['after'], { signal });
    await before;
    controller.abort(reason);
    expect(await cut.catch((error) => error)).toBe(reason);
    expect(await after).toHaveLength(1);
  });

  test('with an aborted signal does nothing', async () => {
    const aborted = AbortSignal.abort(new Error('Too late.'));
    await expect(embedder.embed(['text'], { signal: aborted })).rejects.toThrow('Too late.');
  });

  test('waits for earlier calls', async () => {
    const order: number[] = [];
    const calls = [40, 1, 8].map((count) =>
      embedder.embed(texts(count), { signal }).then(() => order.push(count)),
    );
    await Promise.all(calls);
    expect(order).toEqual([40, 1, 8]);
  });

  test('does not block the main thread', async () => {
    // Inference on this thread would leave it one or two turns for each of the 50 batches; a
    // machine that pauses takes some away now and then, and not each time.
    await until('it had many turns', async () => {
      let turns = 0;
      const timer = setInterval(() => {
        turns += 1;
      }, 1);
      await embedder.embed(texts(200), { signal });
      clearInterval(timer);
      return turns > 200;
    });
  });
});

describe('a call that hangs', () => {
  function createUnruly(graceMs: number): Embedder {
    return createLocalEmbedder({ modelsDir: MODEL_CACHE, graceMs, program: UNRULY });
  }

  /** A call has reached a model that is loaded and free once the event loop has turned. */
  const itsTurn = () => new Promise((resolve) => setImmediate(resolve));

  test('ends at once when it is aborted, and later calls are served', async () => {
    const unruly = createUnruly(50);
    const controller = new AbortController();
    const reason = new Error('The job was cancelled.');
    const [before] = await unruly.embed(['text'], { signal });
    const hung = unruly.embed(['hang'], { signal: controller.signal });
    const behind = [1, 2].map(() => unruly.embed(['text'], { signal }));
    await itsTurn();
    controller.abort(reason);
    expect(await hung.catch((error) => error)).toBe(reason);
    const [[first], [second]] = (await Promise.all(behind)) as [Float32Array[], Float32Array[]];
    expect(first).not.toEqual(before);
    expect(second).toEqual(first);
    await unruly.close();
  });

  test('does not keep the embedder from closing', async () => {
    const unruly = createUnruly(3_600_000);
    const [pid] = await unruly.embed(['text'], { signal });
    const hung = unruly.embed(['hang'], { signal }).catch((error) => error);
    await itsTurn();
    await unruly.close();
    expect(await hung).toBeInstanceOf(ModelUnavailable);
    expect(isAlive(pid?.[0] ?? 0)).toBe(false);
  });
});

test('a crash rejects the running call; later calls are served', async () => {
  const unruly = createLocalEmbedder({ modelsDir: MODEL_CACHE, program: UNRULY });
  const crashing = unruly.embed(['crash'], { signal }).catch((error) => error);
  const behind = unruly.embed(['text'], { signal });
  expect(await crashing).toBeInstanceOf(ModelUnavailable);
  expect(await behind).toHaveLength(1);
  await unruly.close();
});

describe('the model', () => {
  test('is unloaded when idle, and loaded again when needed', async () => {
    const fresh = createLocalEmbedder({
      modelsDir: MODEL_CACHE,
      keepLoadedMs: 50,
      program: UNRULY,
    });
    const [before] = await fresh.embed(['text'], { signal });
    await until('its process has ended', () => !isAlive(before?.[0] ?? 0));
    expect(await fresh.isReady()).toBe(true);
    expect(await fresh.embed(['text'], { signal })).not.toEqual([before as Float32Array]);
    await fresh.close();
  });

  test('is not fetched by an embed call', async () => {
    const modelsDir = await mkdtemp(join(tmpdir(), 'xgpt-models-'));
    const fresh = createLocalEmbedder({ modelsDir });
    expect(await fresh.isReady()).toBe(false);
    const error = await fresh.embed(['text'], { signal }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ModelUnavailable);
    expect(error.message).toBe('The model has not been fetched yet. Start an embed job first.');
    await fresh.close();
    await rm(modelsDir, { recursive: true });
  });

  test('is loaded by an embed call once it was fetched', async () => {
    const fresh = createLocalEmbedder({ modelsDir: MODEL_CACHE });
    expect(await fresh.isReady()).toBe(true);
    expect(await fresh.embed(['text'], { signal })).toHaveLength(1);
    await fresh.close();
  });

  test('refuses calls after close', async () => {
    const fresh = createLocalEmbedder({ modelsDir: MODEL_CACHE });
    await fresh.prepare({ signal });
    await fresh.close();
    await fresh.close();
    await expect(fresh.embed(['text'], { signal })).rejects.toBeInstanceOf(ModelUnavailable);
    await expect(fresh.prepare({ signal })).rejects.toBeInstanceOf(ModelUnavailable);
  });
});

describe('a program', () => {
  async function run(code: string, program?: URL): Promise<{ exitCode: number; output: string }> {
    const head = `
      const { createLocalEmbedder } = await import(${JSON.stringify(EMBEDDING)});
      const program = ${program ? `new URL(${JSON.stringify(program.href)})` : undefined};
      const embedder = createLocalEmbedder({ modelsDir: ${JSON.stringify(MODEL_CACHE)}, program });
      const { signal } = new AbortController();
      await embedder.prepare({ signal });
      const many = Array(400).fill('The telescope waits for the night. '.repeat(8));`;
    const child = Bun.spawn([process.execPath, '-e', head + code], { stderr: 'pipe' });
    const output = await new Response(child.stdout).text();
    // Its model's process writes there too: the stream ends when both have.
    process.stderr.write(await new Response(child.stderr).text());
    return { exitCode: await child.exited, output: output.trim() };
  }

  test('runs until its call has ended, then exits', async () => {
    const code = `embedder.embed(many.slice(0, 8), { signal }).then((v) => console.log(v.length));`;
    expect(await run(code)).toEqual({ exitCode: 0, output: '8' });
  });

  test('can close the embedder during a call, which rejects', async () => {
    const code = `
      const call = embedder.embed(many, { signal }).catch((error) => console.log(error.name));
      await Bun.sleep(100); // into the middle of it
      await embedder.close();
      await call;`;
    expect(await run(code)).toEqual({ exitCode: 0, output: 'ModelUnavailable' });
  });

  test('continues after closing the embedder', async () => {
    const code = `embedder.close().then(() => console.log('closed'));`;
    expect(await run(code)).toEqual({ exitCode: 0, output: 'closed' });
  });

  test('can exit during a call', async () => {
    const code = `
      embedder.embed(many, { signal }).catch(() => {});
      await Bun.sleep(100); // into the middle of it
      process.exit(0);`;
    expect(await run(code)).toEqual({ exitCode: 0, output: '' });
  });

  test('ends a hanging model when it exits', async () => {
    const code = `
      embedder.embed(['hang'], { signal }).catch(() => {});
      await Bun.sleep(100); // into the middle of it
      process.exit(0);`;
    expect(await run(code, UNRULY)).toEqual({ exitCode: 0, output: '' });
  });
});
