import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, openPage } from '../support/browser.ts';
import { startServer, stopServers } from '../support/server.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(stopServers);

test('a page of the server tracks a job without the server’s address', async () => {
  const server = await startServer();
  const { page, problems } = await openPage();
  await page.goto(server.url);
  const output = await page.evaluate(async () => {
    const address = '/assets/client.js';
    const { track } = (await import(address)) as typeof import('xgpt/client');
    const input = { username: 'aurora_lab', maxTweets: 40 };
    return track({ type: 'scrape', input }).done;
  });
  expect(output).toMatchObject({ posts: 40, username: 'aurora_lab' });
  expect(problems).toEqual([]);
});
