import { expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { unpackChromium } from '../support/browser.ts';

setDefaultTimeout(300_000);

test('E10: a test that times out fails alone, because Chromium is started again', async () => {
  await unpackChromium();
  const child = Bun.spawn(
    [process.execPath, 'test', '--timeout=120000', join(import.meta.dir, 'timeout/slow_test.ts')],
    { stdout: 'ignore', stderr: 'pipe', env: { ...process.env, NO_COLOR: '1' } },
  );
  const output = await new Response(child.stderr).text();
  expect(output).toContain('killed ');
  expect(output.match(/^\((pass|fail)\) [a-z ]+/gm)?.map((line) => line.trim())).toEqual([
    '(pass) opens a page',
    '(fail) times out',
    '(pass) opens a page after it',
  ]);
});
