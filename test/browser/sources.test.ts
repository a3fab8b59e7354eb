import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { createConnections } from '../../src/connections/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(stopServers);
afterEach(closePages);

const KEY = Buffer.alloc(32, 7);

/** The Sources page of a server, and the connections of another process on its data folder. */
async function opened() {
  const dataDir = freshDataDir();
  const server = await startServer(dataDir, { XGPT_SECRET_KEY: KEY.toString('base64') });
  const db = openDatabase(loadConfig({ XGPT_DATA_DIR: dataDir }).databasePath);
  const connections = createConnections({ db, secretKey: KEY });
  await connections.credentials.replace('x', 'api', { bearer_token: 'invented-token-4711-4711' });
  await connections.budgets.setCap('x', 1_200);
  const { page, problems } = await openPage();
  await page.goto(`${server.url}/sources`);
  return { page, problems, db, url: server.url, ...connections, words: wordsOf(page) };
}

function wordsOf(page: Page) {
  const words = page.locator('#source-x .budget-words');
  return (text: string) => words.getByText(text).waitFor();
}

test('a budget is counted live, and shows what another process has set', async () => {
  const { page, problems, db, budgets, words } = await opened();
  await words('0 of 1,200 posts');
  const reserved = await budgets.reserve('x', 340, 1);
  await reserved.settle(340);
  await words('340 of 1,200 posts = $1.70 of $6.00');
  const used = page.locator('#source-x progress');
  expect(await used.getAttribute('value')).toBe('340');
  await page.locator('#source-x').getByRole('button', { name: 'Count from zero' }).waitFor();

  await budgets.setCap('x', 5_000);
  await words('340 of 5,000 posts');
  expect(await page.locator('#x-posts').inputValue()).toBe('5000');
  await budgets.reset('x');
  await words('0 of 5,000 posts');
  db.close();
  expect(problems).toEqual([]);
});

test('a refresh keeps a budget that is being typed, and what was wrong with it', async () => {
  const { page, db, budgets, words } = await opened();
  const field = page.locator('#x-posts');
  await field.fill('77000');
  await budgets.setCap('x', 1_300);
  await words('0 of 1,300 posts');
  expect(await field.inputValue()).toBe('77000');
  expect(await field.evaluate((one) => one === document.activeElement)).toBe(true);

  await field.evaluate((one) => one.closest('form')?.setAttribute('novalidate', ''));
  await field.fill('-5');
  await page.locator('#source-x').getByRole('button', { name: 'Set the budget' }).click();
  const problem = page.locator('#x-posts-error');
  await until('it says what is wrong', async () => (await problem.textContent()) !== '');
  await budgets.setCap('x', 1_400);
  await words('0 of 1,400 posts');
  expect(await problem.textContent()).toContain('0');
  expect(await page.locator('#source-x .budget-form .form-result').textContent()).not.toBe('');

  await field.fill('1500');
  await page.locator('#source-x').getByRole('button', { name: 'Set the budget' }).click();
  await words('0 of 1,500 posts');
  expect(await page.locator('#source-x .budget-form .form-result').textContent()).toBe('');
  db.close();
});

test('the state of a source follows what another process does; its problem stays in its place', async () => {
  const { page, problems, db, credentials, rateLimits, tests, words } = await opened();
  await rateLimits.hold('x:api', new Date(Date.now() + 600_000));
  await page.locator('#source-x').getByText('Rate limited until').waitFor();
  const refusal = { outcome: 'refused', message: 'X refused the token.' } as const;
  await tests.record('x', refusal, credentials.stored('x')?.at);
  await page.locator('#source-x').getByText('X refused the token.').waitFor();
  const refreshed = page.waitForResponse((answer) => answer.url().endsWith('/sources'));
  await refreshed;
  await words('0 of 1,200 posts');
  expect(await page.getByText('X refused the token.').count()).toBe(1);
  expect(await page.locator('.sources > .source').count()).toBe(4);
  await credentials.remove('x');
  await page.locator('#source-x').getByText('Not connected').waitFor();
  db.close();
  expect(problems).toEqual([]);
});

test('the sentence beside a form says what the budget and the service do not cover', async () => {
  const { page, problems, db, url, budgets } = await opened();
  const reserved = await budgets.reserve('x', 361, 1);
  await reserved.settle(361);
  await page.goto(`${url}/scrape?source=x&username=sea_example`);
  const said = () => page.locator('#start-sentence').textContent();
  expect(await said()).toEndWith('about $0.50.');
  const posts = page.locator('#maxTweets');
  await posts.fill('840');
  expect(await said()).toEndWith(
    'about $4.00. Only the newest 800 posts (3,200 with replies) of an author can be read from X.',
  );
  await page.locator('#includeReplies').check();
  expect(await said()).toEndWith(
    'The budget has only $4.20 left (839 posts): the job stops there.',
  );
  // The look-up of the author counts too.
  await posts.fill('838');
  expect(await said()).toContain('stops there');
  await posts.fill('837');
  expect(await said()).toEndWith('about $4.19.');
  db.close();
  expect(problems).toEqual([]);
});
