import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { closeStagedApps, type StagedApp, startStagedApp } from '../support/staged_app.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
afterEach(closePages);

let app: StagedApp;

beforeAll(async () => {
  app = await startStagedApp();
});

test('FEATURES 42: what is paused, resumed and set on the page is shown at once', async () => {
  const { page, problems } = await openPage();
  // Only the answers to the forms refresh it.
  await page.clock.install();
  await page.goto(`${app.url}/workers`);
  for (const name of ['search', 'sample']) {
    const row = page.locator('tr').filter({ has: page.locator(`[id$="s-${name}"]`) });
    await row.getByRole('button', { name: `Pause ${name}` }).focus();
    await page.keyboard.press('Enter');
    await row.getByText('Paused', { exact: true }).waitFor();
    // The focus is where it was, on what the button is now, and a line says what happened.
    await page
      .getByRole('status')
      .getByText(/ is paused\. Its jobs wait until it is resumed\./)
      .waitFor();
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe(`Resume ${name}`);
    await row.getByRole('button', { name: `Resume ${name}` }).click();
    await row.getByText('Open', { exact: true }).waitFor();
    await row.getByRole('button', { name: `Pause ${name}` }).waitFor();
  }
  const limit = page.getByLabel('How many search jobs run at once');
  await limit.fill('3');
  // It was not set: a refresh leaves it.
  await page.getByRole('button', { name: 'Pause scrape' }).click();
  await page.getByRole('button', { name: 'Resume scrape' }).waitFor();
  expect(await limit.inputValue()).toBe('3');
  await page.getByRole('button', { name: 'Set the limit of search' }).click();
  await page.locator('input[name="concurrency"][value="3"]').waitFor();
  await page
    .getByText('search is open. Its jobs start. 3 at once, in all processes together.')
    .waitFor();
  expect(problems).toEqual([]);
});

test.each([1440, 390])(
  'FEATURES 42: nothing moves under the pointer that pauses a type, at %i px',
  async (width) => {
    const { page } = await openPage({ viewport: { width, height: 844 } });
    await page.goto(`${app.url}/workers`);
    const button = page.locator('#pause-types-search');
    await button.scrollIntoViewIfNeeded();
    const { x = 0, y = 0 } = (await button.boundingBox()) ?? {};
    for (const word of ['Resume search', 'Pause search']) {
      await page.mouse.click(x + 5, y + 5);
      await page.getByRole('button', { name: word, exact: true }).waitFor();
      await page
        .getByRole('status')
        .getByText(/^search is /)
        .waitFor();
      expect(await button.boundingBox()).toMatchObject({ x, y });
    }
    // The notice is seen, and a press goes through it.
    const notice = page.locator('#queue-changed .result');
    const box = await notice.boundingBox();
    expect(box && box.y + box.height).toBeLessThanOrEqual(844);
    expect(await notice.evaluate((one) => getComputedStyle(one).pointerEvents)).toBe('none');
  },
);

test('FEATURES 45: the page follows the processes while no job changes', async () => {
  const { page } = await openPage();
  await page.goto(`${app.url}/workers`);
  const processes = page.locator('[aria-labelledby="processes-title"] tbody tr');
  const before = await processes.count();
  const type = page.getByRole('button', { name: 'Resume embed' });
  // Another process pauses it, of which the stream tells nothing.
  await app.tracker.pauseType('embed');
  await type.waitFor();
  expect(await processes.count()).toBe(before);
});

test('FEATURES 41: the card of a planned job shows its name, and when it starts', async () => {
  await app.tracker.resumeType('scrape');
  const { id } = await app.tracker.enqueue(
    'scrape',
    { username: 'aurora_lab' },
    { runAt: new Date(Date.now() + 36 * 3_600_000) },
  );
  for (const width of [1440, 390]) {
    const { page } = await openPage({ viewport: { width, height: 844 } });
    await page.goto(`${app.url}/sources`);
    const card = page.locator(`#job-${id}`);
    const closed = page.locator('#taskbar-toggle[aria-expanded="false"]');
    if ((await closed.count()) > 0) await closed.click();
    await card.getByText('starts in 1 day').waitFor();
    expect(await card.locator('time').getAttribute('title')).toMatch(/20\d\d, \d\d:\d\d:\d\d UTC/);
    const name = card.locator('> a > b');
    const [shown, whole] = await name.evaluate((b) => [b.clientWidth, b.scrollWidth]);
    expect([width, shown]).toEqual([width, whole]);
    const box = await card.locator('> a').boundingBox();
    const when = await card.locator('> span').boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(when?.x ?? 0);
  }
});

test.each([true, false])(
  'FEATURES 43: the secret of a new webhook is in view and has the focus, JavaScript %p',
  async (javaScriptEnabled) => {
    const kept = `https://hooks.example/${javaScriptEnabled}`;
    for (const name of ['a', 'b', 'c']) await app.webhooks.add({ url: `${kept}/${name}` });
    const viewport = { width: 390, height: 844 };
    const { page } = await openPage({ viewport, javaScriptEnabled });
    await page.goto(`${app.url}/webhooks`);
    await page.getByLabel('Address').fill(`${kept}/new`);
    await page.getByRole('button', { name: 'Add webhook' }).click();
    const secret = page.getByText(/^whsec_/);
    await secret.waitFor();
    const box = await secret.boundingBox();
    expect((box?.y ?? 9_999) + (box?.height ?? 0)).toBeLessThan(viewport.height);
    expect(await page.locator(':focus').getAttribute('aria-labelledby')).toBe('new-secret');
    const known = (await app.webhooks.store.list()).length;
    // The browser sends the form again.
    await page.reload();
    await page.getByText('Nothing was added: there is an equal webhook.').waitFor();
    expect(await page.locator(':focus').getAttribute('aria-labelledby')).toBe('existing-webhook');
    expect(await app.webhooks.store.list()).toHaveLength(known);
    const card = page.locator('.webhook').filter({ hasText: `${kept}/new` });
    const remove = card.getByRole('button', { name: 'Remove the webhook' });
    expect(await remove.isVisible()).toBe(false);
    await card.getByText('Remove…').click();
    await remove.click();
    await card.waitFor({ state: 'detached' });
    expect(await app.webhooks.store.list()).toHaveLength(known - 1);
  },
);
