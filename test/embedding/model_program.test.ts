import { afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { Subprocess } from 'bun';
import type { ModelResponse, ModelWork } from '../../src/embedding/local/model_messages.ts';
import { CACHED_MODEL, FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';

const PROGRAM = Bun.fileURLToPath(
  new URL('../../src/embedding/local/model_program.ts', import.meta.url),
);
/** Half a second of work and more. */
const LONG = Array<string>(8).fill('The telescope waits for the night. '.repeat(40));

let program: Subprocess;
let lastId = 0;
const heard = new Map<number, (answer: ModelResponse) => void>();

beforeAll(fillModelCache, FETCH_TIMEOUT_MS);

beforeEach(async () => {
  program = Bun.spawn([process.execPath, PROGRAM], {
    ipc: (answer: ModelResponse) => heard.get(answer.id)?.(answer),
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  expect(await ask({ load: CACHED_MODEL })).toMatchObject({ vectors: [] });
});

afterEach(() => program.kill('SIGKILL'));

function ask(work: ModelWork, id = ++lastId): Promise<ModelResponse> {
  const { promise, resolve } = Promise.withResolvers<ModelResponse>();
  heard.set(id, resolve);
  program.send({ id, work });
  return promise;
}

const workOf = (kind: 'embed' | 'embedParts', texts: string[]): ModelWork =>
  kind === 'embed' ? { embed: texts } : { embedParts: texts };

test('responds even after signals of Ctrl-C or a service manager', async () => {
  const answer = ask({ embed: LONG });
  program.kill('SIGINT');
  program.kill('SIGTERM');
  program.kill('SIGHUP');
  expect(await answer).toMatchObject({ vectors: { length: LONG.length } });
  program.kill('SIGINT');
  expect(await ask({ embed: ['text'] })).toMatchObject({ vectors: { length: 1 } });
});

test('ends when its parent has ended', async () => {
  program.disconnect();
  expect(await program.exited).toBe(0);
});

test('ends when its parent has ended during a request', async () => {
  void ask({ embed: LONG });
  await Bun.sleep(100); // into the middle of it
  program.disconnect();
  expect(await program.exited).toBe(0);
});

test('serves a query while it embeds texts', async () => {
  const order: string[] = [];
  const texts = ask({ embedParts: LONG }).then(() => order.push('texts'));
  const query = ask({ embed: ['query'] }).then(() => order.push('query'));
  await Promise.all([texts, query]);
  expect(order).toEqual(['query', 'texts']);
});

test('serves queries in order, and texts in order', async () => {
  const order: string[] = [];
  await Promise.all(
    (['embed', 'embedParts'] as const).flatMap((kind) =>
      [3, 1, 2].map((count) =>
        ask(workOf(kind, Array(count).fill('text'))).then(() => order.push(`${kind} ${count}`)),
      ),
    ),
  );
  for (const kind of ['embed', 'embedParts']) {
    expect(order.filter((entry) => entry.startsWith(`${kind} `))).toEqual(
      [3, 1, 2].map((count) => `${kind} ${count}`),
    );
  }
});

test.each(['embed', 'embedParts'] as const)(
  'stops a cancelled %s between two texts',
  async (kind) => {
    // Minutes of work each: were they not dropped, the last request would not be served in time.
    const many = workOf(kind, Array(50_000).fill('The telescope waits for the night.'));
    const cancelled = [ask(many, 101), ask(many, 102)];
    for (const id of [102, 101]) program.send({ id });
    expect(await Promise.all(cancelled)).toMatchObject([
      { failure: expect.stringContaining('abort') },
      { failure: expect.stringContaining('abort') },
    ]);
    expect(await ask(workOf(kind, ['after']))).not.toHaveProperty('failure');
  },
);

test('ignores that a request is cancelled which it has answered', async () => {
  const first = await ask({ embed: ['text'] });
  program.send({ id: first.id });
  expect(await ask({ embed: ['text'] })).toMatchObject({ vectors: { length: 1 } });
});
