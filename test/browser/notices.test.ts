import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { closeBrowser, openPage } from '../support/browser.ts';
import { startServer, stopServers } from '../support/server.ts';

afterAll(closeBrowser);
afterAll(stopServers);

test('a page that is open tells what keeps the program from working, and takes it back', async () => {
  const server = await startServer();
  const { page, problems } = await openPage();
  await page.goto(`${server.url}/posts`);
  const notice = page.locator('#notices .notice');
  expect(await notice.count()).toBe(0);

  const other = new Database(join(server.dataDir, 'xgpt.sqlite'));
  other.run('BEGIN IMMEDIATE');
  await notice.waitFor({ timeout: 15_000 });
  expect(await notice.textContent()).toContain('Another program keeps the database locked.');
  other.run('ROLLBACK');
  await notice.waitFor({ state: 'detached', timeout: 15_000 });
  other.close();
  expect(problems).toEqual([]);
}, 60_000);
