import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
const TOKEN = 'correct-horse-battery';
const READ_TOKEN = 'only-look-never-touch';
const BEARER = { authorization: `Bearer ${TOKEN}` };

afterAll(closeBrowser);
afterAll(stopServers);

let server: TestServer;

beforeAll(async () => {
  server = await startServer(undefined, {
    XGPT_TOKEN: TOKEN,
    XGPT_READ_TOKEN: READ_TOKEN,
    XGPT_SAMPLE_PAGE_MS: '1500',
  });
});

afterEach(closePages);

const pathOf = (page: Page) => page.url().slice(server.url.length);

const signIn = async (page: Page, path = '/', token = TOKEN) => {
  await page.goto(server.url + path);
  await page.locator('#token').fill(token);
  await page.locator('form.panel button').click();
  await page.waitForURL(server.url + path);
};

const watchersAre = (count: number) =>
  until(`${count} watch`, async () => {
    const { watchers } = await server.json<{ watchers: number }>('/healthz', { headers: BEARER });
    return watchers === count;
  });

/** `waitForURL` gives up when a tab that is asked to reload was loading already. */
async function arrives(tab: Page, url: string): Promise<void> {
  await until(`the tab is at ${url}`, () => tab.url() === url);
  await tab.waitForLoadState();
}

/**
 * The end of the stream may load the page again before the answer has come: then the form leads back to
 * the page.
 */
const signOut = async (page: Page) => {
  await page.locator('.sign-out button').click();
  await until('the form is shown', () => new URL(page.url()).pathname === '/login');
  await page.waitForLoadState();
};

const startScrape = async (page: Page) => {
  await page.locator('#username').fill('aurora_lab');
  await page.locator('#maxTweets').fill('1000');
  await page.locator('form.start-form button[type="submit"]').click();
};

const openTab = async (context: BrowserContext, path: string) => {
  const page = await context.newPage();
  await page.goto(server.url + path);
  return page;
};

/** How far the taskbar of this tab says the only job is. */
const counted = async (page: Page) => {
  const text = await page.locator('#taskbar .job-card progress + span').first().textContent();
  return Number(text?.split('/')[0]?.replaceAll(',', ''));
};

const isLive = async (page: Page) => {
  const before = await until('the taskbar counts', () => counted(page));
  await until('the taskbar moves', async () => (await counted(page)) > before);
};

describe('a browser that is not signed in', () => {
  test('is asked for the token, told that it is wrong, and then gets the page it requested', async () => {
    const { page, problems } = await openPage();
    await page.goto(`${server.url}/find?q=aurora`);
    expect(pathOf(page)).toBe('/login?next=%2Ffind%3Fq%3Daurora');
    await page.locator('#token:focus').waitFor();

    await page.locator('#token').fill('wrong-horse-battery');
    await page.keyboard.press('Enter');
    await page.locator('#token[aria-invalid="true"]').waitFor();
    expect(await page.locator('#token-error').textContent()).toStartWith('Wrong token.');
    expect(await page.locator('#token').inputValue()).toBe('');
    await page.locator('#token:focus').waitFor();

    await page.locator('#token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${server.url}/find?q=aurora`);
    expect(await page.locator('h1').textContent()).toBe('Find');
    expect(await page.evaluate(() => document.cookie)).not.toContain('xgpt_session');
    // Chromium itself reports the 401 in the console.
    expect(problems.filter((problem) => !problem.includes('401'))).toEqual([]);
  });

  test('can sign in without JavaScript', async () => {
    const { page } = await openPage({ javaScriptEnabled: false });
    await signIn(page, '/jobs');
    await signOut(page);
    await page.goto(`${server.url}/jobs`);
    expect(pathOf(page)).toBe('/login?next=%2Fjobs');
  });

  test.each([['light'], ['dark']] as const)(
    'can use the form with a screen reader, in %s',
    async (colorScheme) => {
      const { page } = await openPage({ colorScheme, bypassCSP: true });
      await page.goto(`${server.url}/login`);
      await page.addScriptTag({ content: axe.source });
      const { violations } = await page.evaluate(() =>
        (window as unknown as { axe: typeof axe }).axe.run(document, {
          resultTypes: ['violations'],
        }),
      );
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    },
  );
});

test('a cookie that has expired leads to the form at the next action', async () => {
  const { page, context } = await openPage();
  await signIn(page, '/embed');
  // No job has run yet, and the stream is open, so nothing on the page asks the server before the click does.
  await watchersAre(1);
  await context.clearCookies({ name: 'xgpt_session' });
  await page.locator('form.start-form button[type="submit"]').click();
  await page.waitForURL(`${server.url}/login?next=%2Fembed`);
});

test('the taskbar of all tabs is live, and signing out ends their stream and leads them to the form', async () => {
  const { page, context, problems } = await openPage();
  await signIn(page, '/scrape');
  const other = await openTab(context, '/find');
  await startScrape(page);
  await page.locator('#start-result a').waitFor();
  await Promise.all([isLive(page), isLive(other)]);
  await watchersAre(1);
  expect(problems).toEqual([]);

  await signOut(page);
  await watchersAre(0);
  await other.waitForURL(`${server.url}/login?next=%2Ffind`);

  await other.locator('#token').fill(TOKEN);
  await other.keyboard.press('Enter');
  await other.waitForURL(`${server.url}/find`);
  await isLive(other);
});

describe('F3: after signing out', () => {
  test.each([[true], [false]])(
    'Back shows the form and nothing private, with JavaScript: %p',
    async (javaScriptEnabled) => {
      const { page } = await openPage({ javaScriptEnabled });
      await signIn(page, '/jobs');
      await page.goto(`${server.url}/find`);
      await signOut(page);
      for (const path of ['/find', '/jobs']) {
        await page.goBack();
        await page.waitForURL(`${server.url}/login?next=${encodeURIComponent(path)}`);
        expect(await page.locator('h1').textContent()).toBe('Sign in');
        expect(await page.content()).not.toContain('taskbar');
      }
      const stored = page.evaluate(() => Object.entries({ ...localStorage, ...sessionStorage }));
      // htmx remembers a path, and would keep whole pages if one pushed a URL.
      for (const [name] of await stored) expect(name).toBe('htmx-current-path-for-history');
    },
  );

  test('Back in another tab shows the form too', async () => {
    const { page, context } = await openPage();
    await signIn(page, '/jobs');
    await page.goto('about:blank');
    const other = await openTab(context, '/find');
    await signOut(other);
    await page.goBack();
    await page.waitForURL(`${server.url}/login?next=%2Fjobs`);
  });

  test.each([
    ['owner', TOKEN, true],
    ['reader', READ_TOKEN, true],
    ['owner, without shared workers', TOKEN, false],
  ])(
    'all other tabs of the %s show the form, and then their page again',
    async (_, token, shared) => {
      const { page, context } = await openPage();
      if (!shared) {
        await context.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
      }
      const [job] = (
        await server.json<{ jobs: { id: string }[] }>('/api/jobs', { headers: BEARER })
      ).jobs;
      await signIn(page, '/', token);
      const paths = ['/jobs', '/find?q=jazz', `/jobs/${job?.id}`];
      const tabs = await Promise.all(paths.map((path) => openTab(context, path)));
      await watchersAre(shared ? 1 : 4);
      await signOut(page);
      for (const [index, tab] of tabs.entries()) {
        const next = encodeURIComponent(paths[index] ?? '');
        await arrives(tab, `${server.url}/login?next=${next}`);
        expect(await tab.content()).not.toContain('taskbar');
      }
      const [tab] = tabs as [Page];
      await tab.locator('#token').fill(token);
      await tab.keyboard.press('Enter');
      await tab.waitForURL(`${server.url}/jobs`);
      await watchersAre(1);
      expect(await tab.locator('#connection-note').count()).toBe(0);
    },
  );

  test('a server that comes back with another token asks all tabs for it', async () => {
    const first = await startServer(undefined, { XGPT_TOKEN: TOKEN });
    const { page, context } = await openPage();
    await page.goto(`${first.url}/login?next=%2Fjobs`);
    await page.locator('#token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${first.url}/jobs`);
    const other = await context.newPage();
    await other.goto(`${first.url}/find?q=jazz`);
    await first.end('SIGKILL');
    await Promise.all([page, other].map((tab) => tab.locator('#connection-note').waitFor()));
    expect(await other.locator('.sign-out').isVisible()).toBe(true);
    const PORT = new URL(first.url).port;
    await startServer(first.dataDir, { XGPT_TOKEN: 'another-horse-battery', PORT });
    await arrives(page, `${first.url}/login?next=%2Fjobs`);
    await arrives(other, `${first.url}/login?next=%2Ffind%3Fq%3Djazz`);
  });

  test('a page of the back/forward cache is hidden, and loaded again when it is restored', async () => {
    const { page, context } = await openPage();
    await signIn(page, '/jobs');
    // This Chromium has no such cache while it is driven, so the test sends its events.
    const send = (type: string) =>
      page.evaluate(
        (name) => dispatchEvent(new PageTransitionEvent(name, { persisted: true })),
        type,
      );
    await send('pagehide');
    expect(await page.locator('#main').isVisible()).toBe(false);
    await context.clearCookies({ name: 'xgpt_session' });
    await send('pageshow');
    await arrives(page, `${server.url}/login?next=%2Fjobs`);
  });
});

describe('a reader', () => {
  test('watches live, has no button that would fail, and axe finds nothing', async () => {
    const body = new URLSearchParams({ username: 'aurora_lab', maxTweets: '1000' });
    const answer = await fetch(`${server.url}/api/scrape`, {
      method: 'POST',
      body,
      headers: BEARER,
    });
    const id = answer.headers.get('location')?.split('/').at(-1);
    const { page, problems } = await openPage();
    await signIn(page, '/', READ_TOKEN);
    await page.getByText('Read only', { exact: true }).waitFor();
    await isLive(page);
    const buttons = 'form[method="post"]:not(.sign-out), [hx-post], .job-card button';
    for (const path of ['/', '/scrape', '/jobs', `/jobs/${id}`, '/sources']) {
      await page.goto(server.url + path);
      expect(await page.locator(buttons).count()).toBe(0);
    }
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      (window as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
    );
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(problems).toEqual([]);
    await fetch(`${server.url}/api/jobs/${id}/cancel`, { method: 'POST', headers: BEARER });
    await signOut(page);
  });
});
