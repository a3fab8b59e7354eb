import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { createClient } from '../../src/client/index.ts';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(120_000);
const TOKEN = 'correct-horse-battery';

afterAll(closeBrowser);
afterAll(stopServers);
afterEach(closePages);

const underBasePath = () =>
  startServer(undefined, {
    XGPT_BASE_PATH: '/xgpt',
    XGPT_TOKEN: TOKEN,
    XGPT_SAMPLE_PAGE_MS: '300',
  });

test('B4: a browser stays below the base path, with its requests, streams and cookies', async () => {
  const server = await underBasePath();
  expect(server.url).toEndWith('/xgpt');
  const { page, context, problems } = await openPage();
  const requested: string[] = [];
  context.on('request', (request) => requested.push(new URL(request.url()).pathname));

  await page.goto(`${server.url}/scrape`);
  await page.locator('#token').fill(TOKEN);
  await page.locator('form.panel button').click();
  await page.waitForURL(`${server.url}/scrape`);
  await page.locator('#username').fill('aurora_lab');
  await page.locator('#maxTweets').fill('1000');
  await page.locator('form.start-form button[type="submit"]').click();
  await page.locator('#start-result a').waitFor();
  const counted = () => page.locator('#taskbar .job-card progress').first().getAttribute('value');
  const before = await until('the taskbar counts', counted);
  await until('the taskbar moves', async () => (await counted()) !== before);

  await page.locator('#theme-switch').click();
  await page.locator('#start-result a').click();
  await page.waitForURL(`${server.url}/jobs/scrape-*`);
  expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
  await page.locator('#job-report form button').first().click();
  await until('the job is cancelled', async () =>
    (await page.locator('#job-report').textContent())?.includes('ancelled'),
  );
  const cookies = await context.cookies();
  expect(cookies.map(({ name, path }) => [name, path]).sort()).toEqual([
    ['theme', '/xgpt'],
    ['xgpt_session', '/xgpt'],
  ]);
  expect(requested.filter((path) => !path.startsWith('/xgpt/'))).toEqual([]);
  expect(problems).toEqual([]);
});

test('B4: a client follows a job with the base path in its URL', async () => {
  const server = await underBasePath();
  for (const url of [server.url, `${server.url}/`, new URL(server.url)]) {
    const client = createClient({ url, token: TOKEN });
    const job = client.track({ type: 'scrape', input: { username: 'aurora_lab', maxTweets: 1 } });
    expect(await job.done).toMatchObject({ posts: 1 });
  }
});
