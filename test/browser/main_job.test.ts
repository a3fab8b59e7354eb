import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { closeBrowser, openPage, press } from '../support/browser.ts';
import { FETCH_TIMEOUT_MS, fillModelCache, MODEL_CACHE } from '../support/model_cache.ts';
import { startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(stopServers);

let server: TestServer;
/** So slow that its jobs run for as long as a test needs. */
let slow: TestServer;

beforeAll(async () => {
  await fillModelCache();
  slow = await startServer(undefined, { XGPT_SAMPLE_PAGE_MS: '1500' });
  server = await startServer(undefined, {
    XGPT_SAMPLE_PAGE_MS: '100',
    XGPT_MODEL_DIR: `${MODEL_CACHE}/all-MiniLM-L6-v2-q4`,
  });
}, FETCH_TIMEOUT_MS);

const start = async (
  page: Page,
  type: string,
  fields: Record<string, string>,
  { url } = server,
) => {
  await page.goto(`${url}/${type}`);
  const form = page.locator(`form.start-form[action="/api/${type}"]`);
  for (const [name, value] of Object.entries(fields))
    await form.locator(`[name="${name}"]`).fill(value);
  await form.locator('button[type="submit"]').click();
};

const newestJob = async (type: string, { json } = server) => {
  const { jobs } = await json<{ jobs: { id: string }[] }>(`/api/jobs?type=${type}&limit=1`);
  return jobs[0]?.id ?? '';
};

const statusOf = (page: Page, id: string) =>
  page.locator(`#taskbar #job-${id}`).getAttribute('data-status');

describe('FEATURES 6 and 7, in Chromium', () => {
  test('start a scrape, see its progress without a reload, cancel it with a slow press', async () => {
    const { page, context, problems } = await openPage();
    await start(page, 'scrape', { username: 'aurora_lab', maxTweets: '1000' }, slow);
    await page.locator('#start-result a').waitFor();
    const id = await newestJob('scrape', slow);
    const count = page.locator(`#taskbar #live-${id} progress + span`);

    await page.evaluate(() => Object.assign(window, { stillTheSamePage: true }));
    const moved = async () => Number((await count.textContent())?.split('/')[0]);
    const first = await until('the taskbar counts', moved);
    await until('the count grows', async () => (await moved()) > first);
    expect(await page.evaluate(() => 'stillTheSamePage' in window)).toBe(true);
    expect(await page.locator(`#taskbar #job-${id} progress`).getAttribute('max')).toBe('1000');
    expect(await statusOf(page, id)).toBe('running');

    const second = await context.newPage();
    await second.route('**/api/jobs/stream*', (route) => route.abort());
    await second.goto(`${slow.url}/find`);
    expect(await statusOf(second, id)).toBe('running');
    await second.close();

    const seen: string[] = [];
    await page.exposeFunction('onButton', (text: string) => seen.push(text));
    await page.evaluate((card) => {
      const report = () => {
        const text = document.querySelector(`#taskbar #cancel-${card}`)?.textContent;
        (window as unknown as { onButton(text: string): void }).onButton(text ?? '');
      };
      const options = { subtree: true, childList: true, attributes: true };
      new MutationObserver(report).observe(document.body, options);
    }, id);
    await press(page, `#cancel-${id}`);
    await until('it is cancelled', async () => (await statusOf(page, id)) === 'cancelled');
    expect(seen).toContain('Cancelling…');
    expect((await slow.job(id)).status).toBe('cancelled');

    const stored = (await slow.job(id)).progress.current;
    expect(stored).toBeLessThan(1000);
    // As long as two more pages take.
    const another = await slow.start('scrape', { username: 'deep_sky_dan', maxTweets: '40' });
    await slow.ended(another.id);
    expect(await slow.job(id)).toMatchObject({
      status: 'cancelled',
      progress: { current: stored },
    });
    expect(problems).toEqual([]);
  });

  test('search, discover and embed run to the end; their results are on the pages', async () => {
    const { page, problems } = await openPage();
    await start(page, 'search', { query: 'aurora, telescope', maxTweets: '40' });
    await page.locator('#start-result a').waitFor();
    const search = await server.ended(await newestJob('search'));
    expect(search).toMatchObject({ status: 'completed', result: { posts: 40 } });

    await start(page, 'discover', { query: 'climbing coach', maxResults: '3' });
    await page.locator('#start-result a').waitFor();
    const discover = await server.ended(await newestJob('discover'));
    expect(discover).toMatchObject({ status: 'completed', result: { profiles: 3, saved: true } });

    await start(page, 'embed', {});
    await page.locator('#start-result a').waitFor();
    const embed = await server.ended(await newestJob('embed'), 60_000);
    expect(embed.status).toBe('completed');

    await page.goto(`${server.url}/find?q=telescope`);
    expect(await page.locator('article.post').count()).toBeGreaterThan(0);
    await page.goto(`${server.url}/find?q=watching+the+night+sky&by=meaning`);
    expect(await page.locator('article.post').count()).toBeGreaterThan(5);
    await page.goto(`${server.url}/profiles`);
    const { found } = discover.result as { found: string[] };
    for (const username of found) expect(await page.textContent('main')).toContain(`@${username}`);
    await page.goto(server.url);
    const { embedded } = embed.result as { embedded: number };
    expect(embedded).toBeGreaterThan(0);
    expect(await page.textContent('main')).toContain(`${embedded.toLocaleString('en')}`);
    expect(problems).toEqual([]);
  });
});

describe('FEATURES 37: without JavaScript', () => {
  test('every form starts its job and leads to its page', async () => {
    const { page } = await openPage({ javaScriptEnabled: false });
    const forms = {
      scrape: { username: 'aurora_lab', maxTweets: '40' },
      search: { query: 'jazz', maxTweets: '20' },
      discover: { query: 'jazz' },
      embed: {},
    };
    for (const [type, fields] of Object.entries(forms)) {
      await start(page, type, fields);
      await page.waitForURL(`${server.url}/jobs/${type}-*`);
      const job = await server.ended(page.url().split('/').at(-1) ?? '', 60_000);
      expect(job.status).toBe('completed');
      await page.reload();
      expect(await page.locator('h1').textContent()).toContain('Completed');
    }
  });

  test('bad input shows the form again, with the input and the errors', async () => {
    const { page } = await openPage({ javaScriptEnabled: false });
    await page.goto(`${server.url}/scrape`);
    await page.locator('#username').fill('not a user name');
    // The browser would refuse it by itself, and the server's answer could not be seen.
    await page.locator('form.start-form').evaluate((form: HTMLFormElement) => {
      form.noValidate = true;
    });
    await page.locator('form.start-form button[type="submit"]').click();
    await page.locator('#username[aria-invalid="true"]').waitFor();
    expect(await page.locator('#username').inputValue()).toBe('not a user name');
    expect(await page.locator('#username-error').textContent()).toContain('letters');
  });

  test('a job is cancelled from its page', async () => {
    const { page } = await openPage({ javaScriptEnabled: false });
    await start(page, 'scrape', { username: 'aurora_lab', maxTweets: '1000' }, slow);
    await page.waitForURL(`${slow.url}/jobs/scrape-*`);
    const id = page.url().split('/').at(-1) ?? '';
    await page.locator(`main form[action="/api/jobs/${id}/cancel"] button`).click();
    expect((await slow.ended(id)).status).toBe('cancelled');
    await page.getByRole('heading', { level: 1, name: /Cancell(ing|ed)/ }).waitFor();
    expect(page.url()).toEndWith(`/jobs/${id}`);
  });
});

test('with JavaScript an error is shown next to its field, and nothing is started', async () => {
  const { page, problems } = await openPage();
  const before = await newestJob('search');
  await page.goto(`${server.url}/search`);
  await page.locator('#query').fill(' , ,');
  await page.locator('form.start-form button[type="submit"]').click();
  await page.locator('#start-result [role="alert"]').waitFor();
  await page.locator('#query-error', { hasText: 'Query' }).waitFor();
  await page.locator('#query:focus').waitFor();
  expect(await newestJob('search')).toBe(before);
  // Chromium itself reports the 422 in the console.
  expect(problems.filter((problem) => !problem.includes('422'))).toEqual([]);
});

test('a form says that the server did not answer, and shows no earlier answer', async () => {
  const { page } = await openPage();
  await start(page, 'scrape', { username: 'aurora_lab', maxTweets: '20' });
  await page.locator('#start-result .started').waitFor();
  await page.route('**/api/scrape', (route) => route.abort());
  await page.locator('form.start-form button[type="submit"]').click();
  await page.locator('#start-result .result.error').waitFor();
  expect(await page.textContent('#start-result')).toContain('The server did not answer.');
  await page.locator('#start-result .started').waitFor({ state: 'detached' });
});

test('text from people is never markup', async () => {
  const { page, problems } = await openPage();
  const canary = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>';
  const job = await server.start('search', { query: canary, maxTweets: '5' });
  await server.ended(job.id);
  for (const path of [
    '/',
    '/search',
    '/jobs',
    `/jobs/${job.id}`,
    `/find?q=${encodeURIComponent(canary)}`,
  ]) {
    await page.goto(server.url + path);
    await page.waitForLoadState('load');
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
  }
  expect(problems).toEqual([]);
});
