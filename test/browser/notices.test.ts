import { Database } from 'bun:sqlite';
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { closeBrowser, openPage } from '../support/browser.ts';
import { startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(stopServers);

test('an open page shows that the database was damaged', async () => {
  const first = await startServer();
  const { id } = await first.start('scrape', { username: 'aurora_lab', maxTweets: '1000' });
  await first.ended(id);
  await first.end('SIGTERM');
  // What a process has in memory stays readable, so another one reads the posts.
  const server = await startServer(first.dataDir);
  const { page } = await openPage();
  await page.goto(`${server.url}/jobs`);
  await page.locator(`#row-${id}`).waitFor();
  // A stream cannot begin without the database.
  await until('the page is live', async () => {
    return (await server.json<{ watchers: number }>('/healthz')).watchers === 1;
  });
  damage(join(server.dataDir, 'xgpt.sqlite'));
  expect((await fetch(`${server.url}/api/posts?q=telescope`)).status).toBe(503);
  const notice = page.locator('#notices .notice');
  await notice.waitFor();
  expect(await notice.textContent()).toContain('The database file is damaged.');
});

/** Everything but the first page is noise from now on. */
function damage(path: string): void {
  const db = new Database(path);
  db.run('PRAGMA busy_timeout = 10000');
  db.run('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  const file = openSync(path, 'r+');
  const noise = Buffer.alloc(fstatSync(file).size - 4_096, 0x5a);
  writeSync(file, noise, 0, noise.length, 4_096);
  closeSync(file);
}

test('an open page shows an issue with the database, and removes it afterwards', async () => {
  const server = await startServer();
  const { page, problems } = await openPage();
  await page.goto(`${server.url}/posts`);
  const notice = page.locator('#notices .notice');
  expect(await notice.count()).toBe(0);

  const other = new Database(join(server.dataDir, 'xgpt.sqlite'));
  other.run('PRAGMA busy_timeout = 10000');
  other.run('BEGIN IMMEDIATE');
  await notice.waitFor();
  expect(await notice.textContent()).toContain(
    'The database is busy: another process has been writing to it for seconds.',
  );
  other.run('ROLLBACK');
  await notice.waitFor({ state: 'detached' });
  other.close();
  expect(problems).toEqual([]);
});

test('parts of pages whose refresh failed are back when the server answers again', async () => {
  const server = await startServer();
  const start = () => server.start('scrape', { username: 'aurora_lab', maxTweets: '10' });
  const first = await start();
  for (const path of ['/jobs', '/', `/jobs/${first.id}`, '/workers']) {
    const { page } = await openPage();
    await page.goto(server.url + path);
    const [part] = await page.locator('section[hx-trigger*="jobs-changed"]').all();
    const before = await part?.getAttribute('id');
    await page.route(
      (url) => url.pathname === path,
      (route) =>
        route.fulfill({
          status: 503,
          contentType: 'text/html',
          body: '<main><div class="result error">The server is away.</div></main>',
        }),
    );
    await start();
    await page.getByText('The server is away.').first().waitFor();
    await page.unrouteAll();
    await start();
    await page.getByText('The server is away.').first().waitFor({ state: 'detached' });
    const after = page.locator(`section#${before}`);
    expect(await after.textContent()).toMatch(/\w{3}/);
    await page.close();
  }
});
