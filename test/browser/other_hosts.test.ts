import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, openPage } from '../support/browser.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);

const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('here') });
afterAll(closeBrowser);
afterAll(() => server.stop(true));

test('the browser of the tests reaches this machine, and no other host by name or address', async () => {
  const { page, context } = await openPage();
  for (const host of ['127.0.0.1', 'localhost', 'xgpt.example']) {
    expect((await page.goto(`http://${host}:${server.port}/`))?.status()).toBe(200);
  }
  for (const host of ['outside.example', '192.0.2.7', '[2001:db8::7]']) {
    await expect(page.goto(`http://${host}/`)).rejects.toThrow('ERR_NAME_NOT_RESOLVED');
  }
  await context.close();
});
