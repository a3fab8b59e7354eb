import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { accountFiles, manyTweets, part, writeZip } from '../support/archive_fixture.ts';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';

setDefaultTimeout(120_000);
afterAll(async () => {
  await closePages();
  await closeBrowser();
  await stopServers();
});

const dataDir = freshDataDir();
const imports = join(dataDir, 'imports');
let server: Awaited<ReturnType<typeof startServer>>;
let page: Awaited<ReturnType<typeof openPage>>['page'];

beforeAll(async () => {
  mkdirSync(imports);
  for (const name of ['a.zip', 'b.zip']) {
    await writeZip(join(imports, name), {
      ...accountFiles('ida_k'),
      'data/tweets.js': part('tweets.part0', manyTweets(3)),
    });
  }
  server = await startServer(dataDir);
  ({ page } = await openPage());
});

test('C2: a form that changes to the archive hides the user and reads all posts', async () => {
  await page.goto(`${server.url}/scrape`);
  await page.fill('#username', 'aurora_lab');
  expect(await page.inputValue('#maxTweets')).toBe('100');
  await page.selectOption('#source', 'archive');
  await page.waitForSelector('#username', { state: 'hidden' });
  expect(await page.inputValue('#maxTweets')).toBe('');
  expect(await page.textContent('#start-sentence')).toStartWith('Reads all posts from the archive');
  await page.selectOption('#archive', 'a.zip');
  await page.click('.start-form button[type="submit"]');
  await page.waitForSelector('#start-result:has-text("Started: scrape a.zip")');
  // The list follows without a reload, and leaves alone what is unfolded.
  await page.click('.import-form > details > summary');
  await page.check('.import-form [name="includeReplies"]');
  await page.waitForSelector('.imports:has-text("3 posts imported")');
  expect(await page.isChecked('.import-form [name="includeReplies"]')).toBe(true);
  await page.selectOption('#source', 'sample');
  expect(await page.inputValue('#username')).toBe('aurora_lab');
  expect(await page.inputValue('#maxTweets')).toBe('100');
});

test('an undo removes the posts, and keeps the list and the choices of the form', async () => {
  await page.goto(`${server.url}/scrape?source=archive`);
  await page.click('.import-undo > summary');
  await page.click('.import-undo button');
  await page.waitForSelector('#upload-result:has-text("3 posts of a.zip were removed.")');
  await page.waitForSelector('.import-undo', { state: 'detached' });
  expect(await page.inputValue('#archive')).toBe('a.zip');
  expect(await page.locator('#archive option').count()).toBe(2);
});

test('B18: an undo on the page of the job makes its headline say so', async () => {
  await page.click('.imports > li:has-text("a.zip") .import-form > button');
  await page.click('#upload-result a:has-text("scrape a.zip")');
  await page.waitForSelector('.report-headline:has-text("Completed: 3 posts of @ida_k, 3 new")');
  await page.click('.report-undo > summary');
  await page.click('.report-undo button');
  await page.waitForSelector('.report-headline:has-text("Undone: 3 posts of @ida_k, 3 new")');
  expect(await page.locator('.report-undo').count()).toBe(0);
  expect(await page.textContent('.report-why')).toStartWith('None of the posts');
  await page.click('#report-retry');
  await page.waitForSelector('.report-headline:has-text("Completed: 3 posts of @ida_k, 3 new")');
  await page.goto(`${server.url}/scrape?source=archive`);
});

test('an upload shows how far it is, can be cancelled, and leaves nothing then', async () => {
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const limits = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1e6 };
  await network.send('Network.emulateNetworkConditions', limits);
  const buffer = Buffer.alloc(20e6, 1);
  await page.setInputFiles('#file', { name: 'big.zip', mimeType: 'application/zip', buffer });
  await page.click('.upload button[type="submit"]');
  await page.waitForSelector('[data-upload-status]:has-text(" % · ")');
  await page.click('[data-upload-cancel]');
  await page.waitForSelector('#upload-result:has-text("Nothing was stored.")');
  expect(await page.isHidden('.upload-progress')).toBe(true);
  expect(await page.isEnabled('.upload button[type="submit"]')).toBe(true);
  await until('the partial file is gone', () => readdirSync(imports).length === 2);
});
