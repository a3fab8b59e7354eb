import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { closeBrowser, closePages, openPage, press } from '../support/browser.ts';
import { lastingPort } from '../support/port.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import type { ProxyName, Variant } from './documented.ts';
import { DOWNLOAD_TIMEOUT_MS, findPrograms } from './programs.ts';
import { startProxy, type TestProxy } from './proxy.ts';
import { ask } from './request.ts';
import { proxyFor, SETTINGS, stopAll, TOKEN, WITH_TOKEN } from './setup.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(120_000);
beforeAll(async () => void (await findPrograms()), DOWNLOAD_TIMEOUT_MS);
afterEach(closePages);
afterAll(closeBrowser);
afterAll(stopAll);

const SETUPS: { proxy: ProxyName; variant: Variant; what: string }[] = [
  { proxy: 'nginx', variant: { tls: false }, what: 'on port 8102, without TLS' },
  {
    proxy: 'nginx',
    variant: { tls: true, path: 'kept' },
    what: 'with TLS and HTTP/2, under /xgpt/',
  },
  { proxy: 'HAProxy', variant: { tls: true, path: 'removed' }, what: 'with TLS, path removed' },
];

async function signIn(page: Page, { origin, base }: TestProxy): Promise<void> {
  await page.goto(`${origin}${base}/jobs`);
  expect(new URL(page.url()).pathname).toBe(`${base}/login`);
  await page.locator('[name="token"]').fill(TOKEN);
  await page.locator('main button[type="submit"]').click();
  await page.waitForURL(`${origin}${base}/jobs`);
}

test.each(SETUPS)('B2, B4: Chromium through $proxy, $what', async ({ proxy: name, variant }) => {
  const proxy = await proxyFor(name, { ...variant, path: variant.path }, 8102);
  const { page, context, problems } = await openPage({ ignoreHTTPSErrors: true });
  await signIn(page, proxy);
  const [cookie] = await context.cookies(`${proxy.origin}${proxy.base}/`);
  expect([cookie?.secure, cookie?.path]).toEqual([variant.tls, proxy.base || '/']);

  await page.goto(`${proxy.origin}${proxy.base}/scrape`);
  const form = page.locator('form.start-form');
  await form.locator('[name="username"]').fill('aurora_lab');
  await form.locator('[name="maxTweets"]').fill('1000');
  await form.locator('button[type="submit"]').click();
  const link = page.locator('#start-result a');
  await link.waitFor();
  const id = (await link.getAttribute('href'))?.split('/').at(-1);

  const count = page.locator(`#taskbar #live-${id} progress + span`);
  const moved = async () => Number((await count.textContent())?.split('/')[0]);
  const first = await until('the taskbar counts', moved);
  await until('the stream makes it grow', async () => (await moved()) > first);
  await press(page, `#taskbar #cancel-${id}`);
  const card = page.locator(`#taskbar #job-${id}`);
  await until(
    'it is cancelled',
    async () => (await card.getAttribute('data-status')) === 'cancelled',
  );

  await link.click();
  await page.waitForURL(`${proxy.origin}${proxy.base}/jobs/${id}`);
  expect(problems).toEqual([]);
  await page.close();
  await proxy.stop();
});

test('a page behind a proxy that answers 502 meanwhile is live again after a restart', async () => {
  const env = { ...SETTINGS, PORT: lastingPort(), XGPT_SAMPLE_PAGE_MS: '100' };
  const first = await startServer(undefined, env);
  const proxy = await startProxy('nginx', { tls: true, upstream: Number(env.PORT) });
  const { page } = await openPage({ ignoreHTTPSErrors: true });
  await signIn(page, proxy);
  await first.end('SIGTERM');
  expect((await ask(proxy, { path: '/healthz' })).status).toBe(502);
  // Long enough that the page has tried to reconnect and got a 502.
  await Bun.sleep(4_000);
  const second = await startServer(first.dataDir, env);
  const headers = { ...WITH_TOKEN, accept: 'application/json' };
  const body = new URLSearchParams({ username: 'aurora_lab', maxTweets: '1000' });
  const start = { method: 'POST', headers, body };
  const { job } = await second.json<{ job: { id: string } }>('/api/scrape', start);
  await page.locator(`#taskbar #job-${job.id}`).waitFor({ state: 'attached' });
  await second.end('SIGTERM');
  await proxy.stop();
});
