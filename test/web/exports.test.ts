import { expect, test } from 'bun:test';
import { exportResponse } from '../../src/web/http/exports.ts';

const NO_SERVER = { request: new Request('http://localhost'), server: null };

async function* failing() {
  yield 'a line\n';
  throw new Error('The disk is gone.');
}

test('an export that fails after its beginning is reported, and never looks whole', async () => {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const options = { format: 'jsonl', isDownload: false, onError, connection: NO_SERVER } as const;
  const answer = await exportResponse(failing(), options);
  await expect(answer.text()).rejects.toThrow('The disk is gone.');
  expect(errors).toEqual([new Error('The disk is gone.')]);
});

test('a reader that leaves while a line is being read is no error', async () => {
  const errors: unknown[] = [];
  const reading = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<void>();
  async function* slow() {
    yield 'a line\n';
    reading.resolve();
    await waiting.promise;
    yield 'another\n';
  }
  const onError = (error: unknown) => void errors.push(error);
  const options = { format: 'jsonl', isDownload: false, onError, connection: NO_SERVER } as const;
  const answer = await exportResponse(slow(), options);
  const reader = answer.body?.getReader();
  await reader?.read();
  const next = reader?.read();
  await reading.promise;
  await reader?.cancel();
  waiting.resolve();
  await next;
  // What the stream still does has a turn of its own.
  await new Promise((resolve) => setImmediate(resolve));
  expect(errors).toEqual([]);
});
