import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { closeBrowser, openPage } from '../support/browser.ts';
import { startAppInEveryStatus } from '../support/every_status.ts';
import { closeStagedApps } from '../support/staged_app.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a busy machine.
setDefaultTimeout(120_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);

const DESKTOP = { width: 1440, height: 900 };
const NARROW = { width: 1024, height: 768 };
const PHONE = { width: 390, height: 844 };

let app: Awaited<ReturnType<typeof startAppInEveryStatus>>;
/** The pages that do not list jobs, and those that do. */
let others: string[];
let lists: string[];

beforeAll(async () => {
  app = await startAppInEveryStatus();
  const all = { includeReplies: true, includeReposts: true, signal: new AbortController().signal };
  const pages = app.sources.get('sample')?.posts({ username: 'aurora_lab', ...all }) ?? [];
  for await (const { items } of pages) app.library.savePosts(items);
  const found = await app.tracker.enqueue(
    'discover',
    { query: 'climbing', maxResults: 20 },
    { sessionId: 'climbers' },
  );
  await app.reaches(found.id, 'completed');
  const { running, failed, queued } = app.jobs;
  others = ['/', '/scrape', '/search', '/discover', '/embed', '/find', '/profiles', '/docs/api'];
  lists = [
    '/jobs',
    ...[running, failed, queued].map(({ id }) => `/jobs/${id}`),
    '/jobs/bulk?action=remove',
    '/sessions',
    '/sessions/climbers',
    '/history',
  ];
});

/** The page with jobs in every status in its taskbar. */
async function visit(page: Page, path: string) {
  await app.refresh();
  await page.goto(app.url + path);
  await page.locator('#taskbar').waitFor();
}

/** Calls `check` while the taskbar is as it came with the page, and in its other state, which a click leads to. */
async function inBothStates(page: Page, check: (isOpen: boolean) => Promise<void>) {
  const toggle = page.locator('#taskbar-toggle');
  const cameOpen = (await toggle.getAttribute('aria-expanded')) === 'true';
  await check(cameOpen);
  await page.locator(`#taskbar-toggle[aria-expanded="${cameOpen}"]`).click();
  await page.locator(`#taskbar-toggle[aria-expanded="${!cameOpen}"]`).waitFor();
  await check(!cameOpen);
  // The next page comes in the state of its own again.
  await page.context().clearCookies();
}

const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not visible.`);
  return { ...box, right: box.x + box.width, bottom: box.y + box.height };
};

interface Edges {
  right: number;
  bottom: number;
}

/** How far everything that can be seen in the page's content reaches, and what reaches furthest. */
function contentEdges(page: Page): Promise<Edges & { what: string }> {
  return page.evaluate(() => {
    const furthest = { right: 0, bottom: 0, what: '' };
    for (const element of document.querySelectorAll('main *')) {
      if (!element.checkVisibility() || element.closest('.visually-hidden')) continue;
      let { right, bottom, width, height } = element.getBoundingClientRect();
      if (width === 0 || height === 0) continue;
      for (
        let clip = element.parentElement;
        clip && clip.id !== 'main';
        clip = clip.parentElement
      ) {
        if (getComputedStyle(clip).overflow === 'visible') continue;
        right = Math.min(right, clip.getBoundingClientRect().right);
        bottom = Math.min(bottom, clip.getBoundingClientRect().bottom);
      }
      if (right > furthest.right) furthest.what = element.outerHTML.slice(0, 120);
      furthest.right = Math.max(furthest.right, right);
      furthest.bottom = Math.max(furthest.bottom, bottom);
    }
    return furthest;
  });
}

const isCollapsed = (page: Page) => page.locator('#taskbar').getAttribute('data-collapsed');

describe('E6: at 1440 px nothing of a page is under the taskbar', () => {
  test('while it is open or a pill, in the light and the dark theme', async () => {
    const { page } = await openPage({ viewport: DESKTOP });
    for (const path of [...others, ...lists]) {
      await visit(page, path);
      await inBothStates(page, async (isOpen) => {
        expect(await isCollapsed(page), path).toBe(String(!isOpen));
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          const bar = await boxOf(page, '#taskbar');
          if (isOpen) expect(bar.height, path).toBeLessThanOrEqual(DESKTOP.height * 0.6 + 1);
          const { right, what } = await contentEdges(page);
          expect(right, `${path}: ${what}`).toBeLessThanOrEqual(bar.x);
        }
      });
    }
    await page.close();
  });

  test('nor without JavaScript', async () => {
    const { page } = await openPage({ viewport: DESKTOP, javaScriptEnabled: false });
    for (const path of ['/', '/find', '/jobs']) {
      await app.refresh();
      await page.goto(app.url + path);
      await page.locator('#taskbar-jobs').waitFor();
      const { right, what } = await contentEdges(page);
      expect(right, `${path}: ${what}`).toBeLessThanOrEqual((await boxOf(page, '#taskbar')).x);
    }
    await page.close();
  });
});

describe.each([
  ['on a phone', PHONE],
  ['at 1024 px', NARROW],
])('E6: %s', (_, viewport) => {
  test('the last line of a page can be seen, and the taskbar is low', async () => {
    const { page } = await openPage({ viewport });
    const share = viewport === PHONE ? 1 / 3 : 0.4;
    for (const path of [...others, ...lists]) {
      await visit(page, path);
      await inBothStates(page, async () => {
        const { height } = await boxOf(page, '#taskbar');
        expect(height, path).toBeLessThanOrEqual(viewport.height * share + 1);
        await until(`the end of ${path} is above the taskbar`, async () => {
          await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
          const { bottom } = await contentEdges(page);
          return bottom <= (await boxOf(page, '#taskbar')).y + 0.5;
        });
      });
    }
    await page.close();
  });
});

test('E6: without JavaScript the jobs are at the end of the page on a phone', async () => {
  const { page } = await openPage({ viewport: PHONE, javaScriptEnabled: false });
  await page.goto(`${app.url}/profiles`);
  await page.locator('#taskbar-jobs').waitFor();
  const { bottom } = await contentEdges(page);
  expect((await boxOf(page, '#taskbar')).y).toBeGreaterThanOrEqual(bottom);
  await page.close();
});

test('E6: it is open while a job runs, and a pill on the pages that list jobs', async () => {
  const { page } = await openPage({ viewport: DESKTOP });
  await app.refresh();
  for (const [paths, collapsed] of [
    [others, 'false'],
    [lists, 'true'],
  ] as const) {
    for (const path of paths) {
      await page.goto(app.url + path);
      await page.locator('#taskbar').waitFor();
      expect(await isCollapsed(page), path).toBe(collapsed);
    }
  }
  // What the reader opened there stays open there only.
  await page.locator('#taskbar-toggle').click();
  await page.locator('#taskbar-jobs').waitFor();
  await page.goto(`${app.url}/jobs`);
  expect(await isCollapsed(page)).toBe('true');
  await page.close();
});

test('E6: running jobs come first, then failed, waiting and finished ones', async () => {
  const { page } = await openPage({ viewport: DESKTOP });
  await app.refresh();
  await page.goto(`${app.url}/find`);
  const cards = page.locator('.job-card');
  const statuses = await cards.evaluateAll((all) =>
    all.map((card) => card.getAttribute('data-status') ?? ''),
  );
  const groups = ['running cancelling', 'failed', 'queued retrying', 'completed cancelled'];
  const ranks = statuses.map((status) => groups.findIndex((group) => group.includes(status)));
  expect(ranks).toEqual(ranks.toSorted());
  expect(new Set(ranks).size).toBe(4);
  await page.close();
});

test('E6: nothing moves sideways when a job starts', async () => {
  const { page } = await openPage({ viewport: DESKTOP });
  await page.goto(`${app.url}/scrape`);
  await page.locator('#taskbar').waitFor();
  // In one step: the stream may bring the jobs back at any moment.
  const { before, isShown, after } = await page.evaluate(() => {
    const panel = document.querySelector('.start > .panel') as Element;
    const place = () => {
      const { x, width } = panel.getBoundingClientRect();
      return { x, width };
    };
    const before = place();
    document.querySelector('#taskbar-jobs')?.replaceChildren();
    const isShown = document.querySelector('#taskbar')?.checkVisibility();
    return { before, isShown, after: place() };
  });
  expect(isShown).toBe(false);
  expect(after).toEqual(before);
  await page.close();
});
