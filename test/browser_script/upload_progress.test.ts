import { expect, test } from 'bun:test';
import { uploadStatus } from '../../src/browser/upload_progress.ts';

test.each([
  [0, 200, 'at once', '0 % · 0 bytes of 200 MB'],
  [84, 500, 'after two seconds', '16 % · 84 MB of 500 MB · 42 MB/s · about 10 s left'],
  [499.9, 500, 'after two seconds', '99 % · 500 MB of 500 MB · 250 MB/s · about 1 s left'],
  [500, 500, 'after two seconds', 'Sent. Checking the archive…'],
])('an upload of %d of %d MB %s shows how far it is', (loaded, total, when, said) => {
  const elapsedMs = when === 'at once' ? 10 : 2_000;
  expect(uploadStatus(loaded * 1e6, total * 1e6, elapsedMs)).toBe(said);
});
