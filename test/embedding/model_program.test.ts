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
