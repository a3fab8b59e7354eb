import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { parseFind } from '../../src/find/index.ts';
import { JOB_STATUSES, type JobStatus, PermanentError } from '../../src/jobs/index.ts';
import { closeBrowser, openPage } from '../support/browser.ts';
import { startAppInEveryStatus } from '../support/every_status.ts';
import { errand } from '../support/jobs.ts';
import { closeStagedApps, startStagedApp, untilStopped } from '../support/staged_app.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);

const AXE = await Bun.file(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir)).text();

/** Every state of a page is looked at in both. */
const VIEWPORTS = {
  'On a desktop': { width: 1440, height: 900 },
  'On a phone': { width: 390, height: 844 },
};

/**
 * Without transitions, in whose midst a colour belongs to neither theme. The Content-Security-Policy
 * keeps axe-core out like any other foreign script.
 */
const STILL = { colorScheme: 'light', reducedMotion: 'reduce', bypassCSP: true } as const;

/** What axe-core says of contrast depends on the theme, and of everything else it does not. */
const CONTRAST = ['color-contrast', 'link-in-text-block'];

let app: Awaited<ReturnType<typeof startAppInEveryStatus>>;
/** Jobs of whose pages there is more to see. */
let detailed: string[];

beforeAll(async () => {
  app = await startAppInEveryStatus();
  await collectSome();
  detailed = await runWithDetails();
  await scheduleSome();
  await tellSome();
});

/** A webhook of each state, one of them with deliveries; a type that is paused; a process that is silent. */
async function tellSome(): Promise<void> {
  const { webhooks, database, tracker } = app;
  const url = 'https://hooks.example/xgpt/a-long-address-of-a-receiver-that-has-to-break-somewhere';
  // Of a type without jobs: nothing is sent.
  const add = async (events: string) =>
    (await webhooks.add({ url, events, types: 'forget' })).webhook.id;
  const [told, paused, ended] = [
    await add('completed'),
    await add('failed'),
    await add('cancelled'),
  ];
  await webhooks.pause(paused);
  database.run('UPDATE webhooks SET ended_at = 1 WHERE id = ?', [ended]);
  database.run(
    `INSERT INTO webhook_deliveries (webhook_id, event_id, event, job_id, attempt, at, took_ms, status, error) VALUES
       (?1, 'e1', 'job.completed', 'deliver-1', 1, 1, 20, 200, NULL),
       (?1, 'e2', 'job.failed', 'deliver-2', 3, 2, 10000, NULL, 'The receiver did not answer within 10 s.')`,
    [told],
  );
  await tracker.pauseType('embed');
  database.run(
    `INSERT INTO processes (id, kind, pid, host, version, started_at, seen_at)
     VALUES ('silent', 'worker', 7, 'other.example', '1.0.0', 0, ?)`,
    [Date.now() - 60_000],
  );
}

/** One with a run of each kind, one that is paused, and one that can start nothing. */
async function scheduleSome(): Promise<void> {
  const { schedules, database } = app;
  const add = (username: string) =>
    schedules.add({
      type: 'scrape',
      input: { username },
      cron: '0 3 * * *',
      timeZone: 'Europe/Berlin',
    });
  const [nightly, paused, lost] = [await add('quick'), await add('kip_reads'), await add('gone')];
  // Another one of the same name.
  await schedules.add({ type: 'scrape', input: { username: 'quick' }, cron: '@hourly' });
  await schedules.runNow(nightly.id);
  await schedules.pause(paused.id);
  database.run("UPDATE schedules SET type = 'crawl', next_due = 1 WHERE id = ?", [lost.id]);
  database.run(
    `INSERT INTO schedule_runs (schedule_id, due, at, outcome, job_id, message, delay) VALUES
       (?1, 1, 2, 'started', 'scrape-gone', NULL, 'stopped'), (?1, 3, 3, 'skipped', 'scrape-gone', NULL, NULL),
       (?1, 4, 4, 'refused', NULL, 'Too many jobs of this type were waiting.', NULL)`,
    [nightly.id],
  );
}

/** One that runs in its second step with a log, one that failed and was undone, one with children. */
async function runWithDetails(): Promise<string[]> {
  app.tracker.define(
    errand(
      async ({ name }, job) => {
        for (let line = 0; line < 80; line++) job.log(`line ${line} of ${name}`);
        await job.step('Fetch', () => 1, { compensate: () => {} });
        if (name === 'parent') await job.runChildren('scrape', CHILDREN);
        if (name === 'running') await job.step('Read', () => untilStopped(job));
        throw new PermanentError('There is nothing to read.');
      },
      { concurrency: 3, steps: () => ['Fetch', 'Read', 'Write'] },
    ),
  );
  const start = async (name: string, status: JobStatus) => {
    const { id } = await app.tracker.enqueue('errand', { name });
    return (await app.reaches(id, status)).id;
  };
  return [
    await start('running', 'running'),
    await start('failed', 'failed'),
    await start('parent', 'failed'),
  ];
}

const CHILDREN = [{ username: 'broken' }, { username: 'quick' }];

/** Posts and profiles, so that their pages have something to show. */
async function collectSome(): Promise<void> {
  const { signal } = new AbortController();
  const all = { includeReplies: true, includeReposts: true, signal };
  const pages = app.sources.get('sample')?.posts({ username: 'aurora_lab', ...all }) ?? [];
  for await (const { items } of pages) app.library.savePosts(items);
  const { savedFinds } = app.library;
  await savedFinds.save({ name: 'Storms', query: { q: 'storm*', by: 'words' } }, false);
  await savedFinds.save({ name: 'Gone', query: { q: 'storm', source: 'pigeon' } }, false);
  app.database.run('UPDATE saved_finds SET seen_key = 0');
  const { id } = await app.tracker.enqueue(
    'discover',
    { query: 'climbing', maxResults: 20 },
    { sessionId: 'climbers' },
  );
  await app.reaches(id, 'completed');
}

/** The taskbar is the same on every page, and a third of what there is to look at. */
const TASKBAR = ['#taskbar'];

interface Axe {
  axe: { run(context: object, options: object): Promise<AxeResults> };
}

/** What axe-core finds in the page as it stands, in a form that a person can act on. */
async function violations(page: Page, exclude: string[], rules?: string[]): Promise<string[]> {
  // Once for each page: to compile it takes a third as long as to load the page.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    ([context, names]) =>
      (window as unknown as Axe).axe.run(context, {
        resultTypes: ['violations'],
        ...(names && { runOnly: { type: 'rule', values: names } }),
      }),
    [{ include: ['html'], exclude }, rules] as const,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary}`),
  );
}

/** By how many CSS pixels the page is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** What is wrong with the page as it stands, in both sizes and both themes. */
async function problems(page: Page, exclude: string[] = TASKBAR): Promise<string[]> {
  const found: string[] = [];
  for (const [where, viewport] of Object.entries(VIEWPORTS)) {
    await page.setViewportSize(viewport);
    const wide = await overflow(page);
    const light = await violations(page, exclude);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await violations(page, exclude, CONTRAST);
    await page.emulateMedia({ colorScheme: 'light' });
    found.push(
      ...(wide > 0 ? [`${where}, it is ${wide} px too wide.`] : []),
      ...light.map((violation) => `${where}, ${violation}`),
      ...dark.map((violation) => `${where} in the dark theme, ${violation}`),
    );
  }
  await page.setViewportSize(VIEWPORTS['On a desktop']);
  return found;
}

describe('axe-core finds nothing', () => {
  let page: Page;

  beforeAll(async () => {
    ({ page } = await openPage({ viewport: VIEWPORTS['On a desktop'], ...STILL }));
    // Jobs that ended well leave the taskbar after 30 s.
    await app.refresh();
  });
  afterAll(() => page.close());

  test.each([
    '/',
    '/scrape',
    '/search',
    '/discover',
    '/embed',
    '/find',
    '/find?q=nothing+like+it',
    '/find?q=storm*+OR+camera&by=words',
    '/authors/sample/aurora_lab',
    '/forget?username=aurora_lab&source=sample',
    '/profiles',
    '/sources',
    '/schedules',
    '/workers',
    '/scrape?priority=5&delayMs=300000&timeoutMs=600000',
    '/jobs',
    '/jobs?status=completed',
    '/jobs?type=scrape&session=climbers',
    '/jobs?status=failed&failure=permanent&q=nothing+like+it',
    '/jobs/bulk?action=remove',
    '/sessions',
    '/sessions/climbers',
    '/history',
    '/audit',
    '/webhooks',
    '/scrape?source=archive',
    '/docs/api',
    '/history?span=quarter&type=scrape',
    '/no-such-page',
  ])('on %s', async (path) => {
    await page.goto(app.url + path);
    const closed = page.locator('#taskbar-toggle[aria-expanded="false"]');
    if ((await closed.count()) > 0) await closed.click();
    await page.locator('.job-card').first().waitFor();
    expect(await problems(page, path === '/' ? [] : TASKBAR)).toEqual([]);
  });

  test('on a saved find, and where a name is taken', async () => {
    await page.goto(`${app.url}/find?q=storm*&by=words&after=0`);
    await page.locator('.post-new').first().waitFor();
    await page.locator('.saved-finds > summary').click();
    await page.locator('.saved-find[aria-current] .badge').waitFor();
    expect(await problems(page)).toEqual([]);
    await page.goto(`${app.url}/find?q=camera`);
    await page.locator('.save-find > summary').click();
    await page.getByLabel('Name', { exact: true }).fill('storms');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { name: 'The name is taken' }).waitFor();
    expect(await problems(page)).toEqual([]);
  });

  test('on a thread', async () => {
    const [reply] = app.library.words.postsOf(
      (await app.library.words.newest(parseFind('is:thread', 0), { limit: 1 })).keys,
    );
    await page.goto(`${app.url}/posts/sample/${reply?.id}`);
    expect(await page.locator('article.post').count()).toBeGreaterThan(1);
    expect(await problems(page)).toEqual([]);
  });

  test('on the find page with its filters and its help open', async () => {
    await page.goto(`${app.url}/find?q=storm`);
    await page.locator('.filter-more > summary').click();
    await page.locator('.find-help > summary').click();
    await page.locator('.find-help table').waitFor();
    expect(await problems(page)).toEqual([]);
  });

  test('on the dashboard without jobs and posts', async () => {
    const empty = await startStagedApp();
    await page.goto(empty.url);
    await page.locator('.beginning').first().waitFor();
    expect(await problems(page)).toEqual([]);
  });

  test('on a form that is to be repeated, and on the schedules with runs of each kind', async () => {
    await page.goto(`${app.url}/scrape?username=aurora_lab`);
    await page.locator('.repeat > summary').click();
    for (const every of ['week', 'cron']) {
      await page.locator('[name="repeat.every"]').selectOption(every);
      expect(await problems(page)).toEqual([]);
    }
    await page.goto(`${app.url}/schedules`);
    for (const unfold of await page.locator('.schedule summary').all()) await unfold.click();
    expect(await problems(page)).toEqual([]);
    await page
      .getByRole('link', { name: /^Change/ })
      .first()
      .click();
    await page.locator('.due-preview li').first().waitFor();
    expect(await problems(page)).toEqual([]);
  });

  test('on the webhooks with deliveries, a secret, and a form that was refused', async () => {
    await page.goto(`${app.url}/webhooks`);
    expect(await page.locator('.webhook').count()).toBe(3);
    await page.locator('.webhook > details > summary').first().click();
    await page.locator('.remove-webhook > summary').first().click();
    await page.locator('.webhook-outcome[data-failed]').waitFor();
    expect(await problems(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Address' }).fill('http://10.0.0.8/');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText('10.0.0.8 is not on the public internet').first().waitFor();
    expect(await problems(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Address' }).fill('https://hooks.example/another');
    await page.getByLabel('Types of jobs').fill('forget');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.locator('.webhook-secret').waitFor();
    expect(await problems(page)).toEqual([]);
    const added = (await app.webhooks.store.list()).find(({ url }) => url.endsWith('/another'));
    await app.webhooks.remove(added?.id ?? '');
  });

  test('on the audit trail with the ids of many jobs, and on workers that are paused or silent', async () => {
    await app.tracker.changeMatching('retry', { status: 'cancelled' });
    await page.goto(`${app.url}/audit?automatic=true`);
    for (const unfold of await page.locator('.audit-table summary').all()) await unfold.click();
    await page.locator('.audit-job').first().waitFor();
    expect(await problems(page)).toEqual([]);
    await page.goto(`${app.url}/workers`);
    await page.getByText(', silent').waitFor();
    await page.getByText('Paused', { exact: true }).first().waitFor();
    expect(await problems(page)).toEqual([]);
  });

  test('beside a form with invalid input', async () => {
    await page.goto(`${app.url}/scrape?username=not+a+name!!`);
    await page.locator('.start-sentence[data-problem="true"]').waitFor();
    expect(await problems(page)).toEqual([]);
  });

  test('on the page of a job, whatever its status', async () => {
    for (const { id } of Object.values(app.jobs)) {
      await page.goto(`${app.url}/jobs/${id}`);
      expect(await problems(page)).toEqual([]);
    }
  });

  test('on the page of a job with steps, children, attempts and a log', async () => {
    for (const id of detailed) {
      await page.goto(`${app.url}/jobs/${id}`);
      await page.locator('.report-attempts').waitFor();
      expect(await problems(page)).toEqual([]);
    }
    const [written = ''] = detailed;
    await page.goto(`${app.url}/jobs/${written}`);
    await page.locator('#log-words').fill('line 1');
    await page.locator('#log-lines').evaluate((lines) => lines.scrollTo(0, 0));
    await page.locator('#log-follow').waitFor();
    expect(await problems(page)).toEqual([]);
  });

  test('while the taskbar is collapsed, the menu or the help dialog open', async () => {
    await page.goto(`${app.url}/find`);
    await page.locator('#taskbar-toggle').click();
    expect(await problems(page, [])).toEqual([]);
    await page.locator('.menu > summary').click();
    await page.locator('.menu a').first().waitFor();
    expect(await problems(page)).toEqual([]);
    await page.locator('#help-open').click();
    expect(await problems(page)).toEqual([]);
  });
});

test('the taskbar had jobs in every status', async () => {
  await app.refresh();
  const { page } = await openPage();
  await page.goto(app.url);
  const cards = page.locator('.job-card');
  const statuses = await cards.evaluateAll((all) =>
    all.map((card) => card.getAttribute('data-status') ?? ''),
  );
  expect(JOB_STATUSES.filter((status) => !statuses.includes(status))).toEqual([]);
});

test('axe-core finds a violation that is there', async () => {
  const { page } = await openPage({ bypassCSP: true });
  await page.goto(app.url);
  await page.evaluate(() => document.body.append(document.createElement('input')));
  expect((await violations(page, [])).join()).toContain('label: Form elements must have labels');
});

test('axe-core finds a lack of contrast that only the dark theme has', async () => {
  const { page } = await openPage(STILL);
  await page.goto(app.url);
  await page.evaluate(() => {
    const text = Object.assign(document.createElement('p'), { textContent: 'hardly legible' });
    text.style.color = 'light-dark(black, rgb(40 40 48))';
    document.querySelector('main')?.prepend(text);
  });
  const found = (await problems(page)).map((problem) => problem.split(':')[0]);
  expect(found).toEqual([
    'On a desktop in the dark theme, color-contrast',
    'On a phone in the dark theme, color-contrast',
  ]);
});
