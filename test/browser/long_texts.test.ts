import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { closeStagedApps, startStagedApp } from '../support/staged_app.ts';

const PHONE_AND_DESKTOP = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
];

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
afterEach(closePages);

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

test('A5: what a reader has unfolded stays open while the page is loaded again', async () => {
  const { tracker, url } = await startStagedApp();
  const query = `begins ${'é😀 '.repeat(1_000)}ends`;
  const { jobId } = await tracker.createJob('search', { query });
  const { page, problems } = await openPage();
  await page.goto(`${url}/jobs/${jobId}`);
  const whole = page.locator('#job-report .whole-text > div');
  expect(await whole.isVisible()).toBe(false);
  await page.getByText('Show all').click();
  expect(await whole.textContent()).toBe(query);
  for (let reading = 0; reading < 2; reading++) {
    await page.waitForResponse((response) => response.url().endsWith(`/jobs/${jobId}`));
  }
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  expect(await whole.isVisible()).toBe(true);
  await page.getByText('Show less').click();
  expect(await whole.isVisible()).toBe(false);
  expect(problems).toEqual([]);
});

test.each(SIZES)(
  'A5: a page with texts of 3 MB is there, and fits $width pixels',
  async (viewport) => {
    const { tracker, url } = await startStagedApp();
    const long = 'é😀 unbroken'.repeat(270_000);
    const { jobId } = await tracker.createJob('search', { query: long, note: long });
    await tracker.completeJob(jobId, false, long);
    const { page, problems } = await openPage({ viewport });
    for (const path of ['/', '/jobs', `/jobs/${jobId}`]) {
      await page.goto(url + path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([path, width]).toEqual([path, viewport.width]);
    }
    expect(await page.getByRole('heading', { name: 'Details' }).isVisible()).toBe(true);
    expect(problems).toEqual([]);
  },
);

/** Names of up to 60 characters, as long as one can be; the second session does not begin with its agent. */
const AGENTS = [
  ['W'.repeat(60), `${'W'.repeat(60)} 1a2b3c4d`],
  [
    'assistant of the harbour office that has a very long name it',
    'night shift of the harbour office',
  ],
  ['claude-code', undefined],
] as const;

/** What names a job, and who started it. */
const NAMES = '.job-card > a > :is(b, i), .cell-subject > :is(a, small)';

/** Texts that are cut off, and that no tooltip has in full; and those that stand beyond the window. */
function lostTexts(elements: (HTMLElement | SVGElement)[]): string[] {
  return elements.flatMap((element) => {
    const { textContent: text = '', title } = element as HTMLElement;
    const isCut = element.scrollWidth > element.clientWidth;
    const isWhole =
      !isCut || (title !== '' && (title.endsWith(text ?? '') || text?.endsWith(title)));
    const { left, right } = element.getBoundingClientRect();
    return isWhole && left >= 0 && right <= innerWidth ? [] : [`${text} (${title})`];
  });
}

test.each(PHONE_AND_DESKTOP)(
  'FEATURES 57: the agent that started a job fits its card and its row at $width pixels, or a tooltip has it',
  async (viewport) => {
    const { tracker, url, reaches } = await startStagedApp();
    for (const [agent, sessionId] of AGENTS) {
      const input = { username: 'aurora_lab_of_the_far_north' };
      const { id } = await tracker.enqueue('scrape', input, {
        agent,
        ...(sessionId && { sessionId }),
      });
      await reaches(id, 'running');
    }
    const { page, problems } = await openPage({ viewport });
    await page.goto(`${url}/jobs`);
    const closed = page.locator('#taskbar-toggle[aria-expanded="false"]');
    if ((await closed.count()) > 0) await closed.click();
    await page
      .locator('.job-card')
      .nth(AGENTS.length - 1)
      .waitFor();
    const names = page.locator(NAMES);
    // A subject and an agent on each card; a subject, two sessions and two agents in the rows.
    expect(await names.count()).toBe(2 * AGENTS.length + AGENTS.length + 4);
    expect(await names.evaluateAll(lostTexts)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBe(0);
    for (const [agent] of AGENTS) {
      const card = page.locator(`.job-card i[title="Started by the agent ${agent}"]`);
      expect(await card.textContent()).toBe(agent);
    }
    expect(await page.locator('.cell-subject > small').allTextContents()).toEqual([
      'Started by claude-code',
      `Started by ${AGENTS[1][0]}`,
    ]);
    expect(problems).toEqual([]);
  },
);
