import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, openPage } from '../support/browser.ts';
import { closeStagedApps, type StagedApp, startStagedApp } from '../support/staged_app.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);

let app: StagedApp;
beforeAll(async () => {
  app = await startStagedApp();
});

const statuses = async (session: string) =>
  (await app.tracker.reader.listJobs({ session })).jobs.map(({ status }) => status);

/** Searches that wait for one that never ends. */
async function waitingSearches(n: number, sessionId: string): Promise<void> {
  for (let i = 0; i < n; i++) {
    await app.tracker.enqueue('search', { query: `${sessionId} ${i}` }, { sessionId });
  }
}

describe('a list of jobs', () => {
  test('is filtered by times in the zone in which it shows them', async () => {
    const { page } = await openPage({ timezoneId: 'Asia/Tokyo' });
    await page.goto(`${app.url}/jobs?since=2026-01-31T12:00:30Z`);
    const since = page.getByLabel('Created since (Asia/Tokyo)');
    expect(await since.inputValue()).toBe('2026-01-31T21:00:30');
    await since.fill('2026-02-01T09:00');
    await page.getByLabel('Created before (Asia/Tokyo)').fill('2026-02-02T09:00');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/until=/);
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('since'), searchParams.get('until')]).toEqual([
      '2026-02-01T00:00:00.000Z',
      '2026-02-02T00:00:00.000Z',
    ]);
    expect(await since.inputValue()).toBe('2026-02-01T09:00');
  });

  test('has one checkbox that selects all, and is not loaded again while any is selected', async () => {
    await app.search('in front of them');
    await waitingSearches(3, 'selected');
    const { page, problems } = await openPage();
    await page.goto(`${app.url}/jobs?session=selected`);
    const boxes = page.locator('input[name="ids"]');
    await page.locator('#choose-all').check();
    expect(
      await boxes.evaluateAll((all) => all.filter((box) => box.matches(':checked')).length),
    ).toBe(3);
    await boxes.first().uncheck();
    expect(await page.locator('#choose-all').evaluate((box) => box.matches(':indeterminate'))).toBe(
      true,
    );

    const heard: boolean[] = [];
    await page.exposeFunction('onRefresh', (prevented: boolean) => heard.push(prevented));
    await page.evaluate(() =>
      document.addEventListener('htmx:beforeRequest', (event) => {
        const { onRefresh } = window as unknown as { onRefresh(prevented: boolean): void };
        if ((event.target as HTMLElement).id === 'jobs') onRefresh(event.defaultPrevented);
      }),
    );
    // Another job of the session comes; the list would show it now.
    await waitingSearches(1, 'selected');
    await until('the list would have been read again', () => heard.length > 0);
    expect(heard).not.toContain(false);
    expect(await boxes.count()).toBe(3);

    await page.locator('.bulk-chosen button[value="cancel"]').click();
    await page.locator('.bulk-note').waitFor();
    expect(await page.locator('.bulk-note').textContent()).toBe('2 jobs cancelled.');
    expect((await statuses('selected')).filter((status) => status === 'cancelled')).toHaveLength(2);
    expect(problems).toEqual([]);
  });

  test('keeps a selection that was made while an answer was on its way', async () => {
    await waitingSearches(2, 'late');
    const { page, problems } = await openPage();
    await page.goto(`${app.url}/jobs?session=late`);
    const answers: string[] = [];
    await page.exposeFunction('onAnswer', (id: string) => answers.push(id));
    await page.evaluate(() =>
      document.addEventListener('htmx:afterRequest', ({ target }) => {
        const { onAnswer } = window as unknown as { onAnswer(id: string): void };
        onAnswer((target as HTMLElement).id);
      }),
    );
    const asked = Promise.withResolvers<void>();
    const chosen = Promise.withResolvers<void>();
    await page.route('**/jobs?session=late', async (route) => {
      asked.resolve();
      await chosen.promise;
      await route.continue();
    });
    await asked.promise;
    answers.length = 0;
    const box = page.locator('input[name="ids"]').first();
    await box.check();
    chosen.resolve();
    await until('the list was answered', () => answers.includes('jobs'));
    expect(await box.isChecked()).toBe(true);
    expect(problems).toEqual([]);
  });

  test('works without JavaScript, for the selected jobs and for all that match', async () => {
    await waitingSearches(3, 'paper');
    const { page } = await openPage({ javaScriptEnabled: false });
    await page.goto(`${app.url}/jobs?session=paper`);
    await page.locator('input[name="ids"]').first().check();
    await page.locator('.bulk-chosen button[value="cancel"]').click();
    await page.locator('.bulk-note').waitFor();
    expect(await statuses('paper')).toEqual(['cancelled', 'queued', 'queued']);
    await page.getByText('Cancel all…').click();
    await page.getByRole('button', { name: 'Cancel 2 jobs' }).click();
    await until('all are cancelled', async () =>
      (await statuses('paper')).every((status) => status === 'cancelled'),
    );
    await page.locator('.bulk-note').waitFor();
    expect(await page.locator('.bulk-note').textContent()).toContain('1 job was skipped');
  });
});
