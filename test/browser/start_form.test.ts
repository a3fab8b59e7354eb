import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { closeStagedApps, startStagedApp } from '../support/staged_app.ts';
import { post } from '../views/pages/fixtures.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
afterEach(closePages);

test('the sentence beside the form changes with every key', async () => {
  const { url } = await startStagedApp();
  const { page, problems } = await openPage();
  await page.goto(`${url}/scrape`);
  const sentence = page.locator('#start-sentence');
  expect(await sentence.textContent()).toStartWith('Enter a username');
  const form = page.locator('.start-form');
  await form.getByLabel('Username').fill('aurora_lab');
  await form.getByLabel('Maximum posts').fill('40');
  await form.getByLabel('Include replies').check();
  expect(await sentence.textContent()).toStartWith(
    'Reads up to 40 posts, replies included, of @aurora_lab from ',
  );
  await page.goto(`${url}/search`);
  await page.getByLabel('Terms').fill('jazz, tea');
  await page.getByLabel('Days back').fill('7');
  expect(await sentence.textContent()).toContain('about “jazz” or “tea” of the last 7 days');
  expect(problems).toEqual([]);
});

test('D10: the sentence says what is wrong with the input of each form', async () => {
  const { url } = await startStagedApp();
  const { page, problems } = await openPage();
  const sentence = page.locator('#start-sentence');
  const number = (name: string, from: string, to: string) =>
    `${name} must be a whole number from ${from} to ${to}.`;
  const orAll = (...rule: Parameters<typeof number>) => number(...rule).replace('.', ', or “all”.');
  for (const [path, label, typed, said] of [
    ['/scrape', 'Username', 'not a name!!', 'Username may only have letters, digits'],
    ['/scrape', 'Maximum posts', '0', orAll('Posts', '1', '10,000')],
    ['/scrape', 'Maximum posts', '1.5', orAll('Posts', '1', '10,000')],
    ['/search', 'Days back', '4000', number('Days', '1', '3,650')],
    ['/search', 'Terms', 'a,'.repeat(21), 'Query may have at most 20 terms.'],
    ['/discover', 'Profiles at most', '-1', orAll('Profiles', '1', '1,000')],
    ['/discover', 'Maximum posts each', '0', orAll('Posts of each', '1', '10,000')],
    ['/embed', 'Batch size', '257', number('Batch size', '1', '256')],
  ] as const) {
    await page.goto(url + path);
    const before = await sentence.textContent();
    const field = page.locator('.start-form').getByLabel(label, { exact: true });
    const initial = await field.inputValue();
    await field.fill(typed);
    expect(await sentence.textContent(), `${label} ${typed}`).toStartWith(said);
    await field.fill(initial);
    expect(await sentence.textContent()).toBe(before);
  }
  expect(problems).toEqual([]);
});

test('D10: so does the server, for a browser without JavaScript', async () => {
  const { url } = await startStagedApp();
  const { page } = await openPage({ javaScriptEnabled: false });
  for (const [address, said] of [
    ['/scrape?username=not+a+name!!', 'Username may only have letters, digits'],
    ['/scrape?username=ada&maxTweets=many', 'Posts must be a whole number'],
    ['/search?query=tea&days=0', 'Days must be a whole number'],
    ['/discover?query=tea&maxResults=5000', 'Profiles must be a whole number'],
    ['/embed?batchSize=0', 'Batch size must be a whole number'],
    ['/scrape?username=ada', 'Reads up to 100 posts of @ada'],
    ['/scrape', 'Enter a username'],
  ] as const) {
    await page.goto(url + address);
    expect(await page.locator('#start-sentence').textContent(), address).toStartWith(said);
  }
});

test('B7: the counts of /embed move while a job runs, and keep what was typed', async () => {
  const app = await startStagedApp();
  const { page, problems } = await openPage();
  await page.goto(`${app.url}/embed`);
  const sentence = page.locator('#start-sentence');
  expect(await sentence.textContent()).toBe('There are no posts to embed yet.');
  await app.reaches((await app.scrape('aurora_lab')).id, 'running');
  await page.getByLabel('Batch size').fill('8');
  for (const number of [1, 2]) {
    // No card changes meanwhile: only the time passes.
    await Bun.sleep(1_500);
    app.library.savePosts([post({ id: String(number) })]);
    const posts = number === 1 ? '1 post' : '2 posts';
    await page
      .locator('#start-sentence', { hasText: `Embeds ${posts} without a vector` })
      .waitFor();
    await page
      .locator('#vector-facts dd', { hasText: String(number) })
      .first()
      .waitFor();
    expect(await sentence.textContent()).toEndWith('8 at a time.');
  }
  expect(problems).toEqual([]);
});

test('the browser checks a username by the rule of the server', async () => {
  const { url } = await startStagedApp();
  const { page, problems } = await openPage();
  await page.goto(`${url}/scrape`);
  const field = page.getByLabel('Username');
  const isValid = () => field.evaluate((input) => (input as HTMLInputElement).checkValidity());
  for (const [name, fits] of [
    ['@münchen-1', true],
    ['https://x.com/aurora_lab', true],
    ['a b', false],
    ['x.com/home', false],
    ['.aurora', false],
    ['x'.repeat(101), false],
    ['aurora_lab', true],
  ] as const) {
    await field.fill(name);
    expect(await isValid(), name).toBe(fits);
  }
  await field.fill('x'.repeat(600));
  expect(await field.inputValue()).toHaveLength(500);
  expect(problems).toEqual([]);
});

test('a quick form follows a pasted address, and keeps its choice of sources after a start', async () => {
  const { url, library } = await startStagedApp();
  library.savePosts([post({ id: '1' })]);
  const { page, problems } = await openPage();
  await page.goto(url);
  const form = page.locator('.quick-form', { hasText: 'Scrape a user' });
  const source = form.getByRole('combobox');
  expect(await source.inputValue()).toBe('sample');
  await form.getByRole('textbox').fill('https://bsky.app/profile/ada.example');
  expect(await source.inputValue()).toBe('bluesky');
  await form.getByRole('button').click();
  await form.locator('.started').waitFor();
  expect(await source.isVisible()).toBe(true);
  const [note, choice] = [await form.locator('.started').boundingBox(), await source.boundingBox()];
  expect(note?.y).toBeGreaterThanOrEqual((choice?.y ?? 0) + (choice?.height ?? 0) - 2);
  expect(problems).toEqual([]);
});

test('FEATURES 41: a start is planned in the zone of the reader, and in UTC without JavaScript', async () => {
  const { url, tracker } = await startStagedApp();
  const planned = async () => (await tracker.reader.listJobs({ limit: 1 })).jobs[0]?.runAt;
  const year = new Date().getUTCFullYear() + 1;
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  for (const [javaScriptEnabled, label, hour] of [
    [true, 'Or at (Asia/Tokyo)', 3],
    [false, 'Or at (UTC)', 12],
  ] as const) {
    const { page } = await openPage({ timezoneId: 'Asia/Tokyo', javaScriptEnabled });
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${url}/scrape`);
    await page.getByLabel('Username').fill(`planned_${hour}`);
    await page.getByText('When and how').click();
    const field = page.getByLabel(label);
    await field.fill(`${day}T12:00`);
    // The whole moment is seen: a field for it is wide enough for its widest text.
    const [shown, whole] = await field.evaluate((input) => [input.clientWidth, input.scrollWidth]);
    expect(whole).toBeLessThanOrEqual(shown as number);
    expect(shown).toBeGreaterThan(200);
    await page.getByRole('button', { name: 'Scrape', exact: true }).click();
    await page
      .getByText(/^Planned/)
      .first()
      .waitFor();
    expect((await planned())?.toISOString()).toBe(
      `${day}T${String(hour).padStart(2, '0')}:00:00.000Z`,
    );
  }
  // What the page comes with is UTC, too.
  const { page } = await openPage({ timezoneId: 'Asia/Tokyo' });
  await page.goto(`${url}/scrape?runAt=${year}-01-31T12:00:00Z`);
  expect(await page.getByLabel('Or at (Asia/Tokyo)').inputValue()).toBe(`${year}-01-31T21:00`);
});
