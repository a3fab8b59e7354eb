import { expect, test } from 'bun:test';
import { exportResponse } from '../../src/web/http/exports.ts';

async function* failing() {
  yield 'a line\n';
  throw new Error('The disk is gone.');
}

test('an export that fails after its beginning is reported, and never looks whole', async () => {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const answer = await exportResponse(failing(), { format: 'jsonl', isDownload: false, onError });
  await expect(answer.text()).rejects.toThrow('The disk is gone.');
  expect(errors).toEqual([new Error('The disk is gone.')]);
});
