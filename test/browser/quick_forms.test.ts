import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { post } from '../views/pages/fixtures.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeApps);
afterEach(closePages);

async function served(): Promise<{ web: TestApp; url: string }> {
  const web = await setupApp();
  web.app.listen({ port: 0, hostname: '127.0.0.1' });
  return { web, url: `http://127.0.0.1:${web.app.server?.port}` };
}

async function connectX({ connections }: TestApp): Promise<void> {
  await connections.credentials.replace('x', 'api', { bearer_token: 'A'.repeat(40) });
  await connections.budgets.setCap('x', 5_000);
}

const COSTS = 'Reads up to 100 posts of @sea_example from X, about 1 s, about $0.50.';

test('the start boxes say what is read, how long it takes and what it costs', async () => {
  const { web, url } = await served();
  await connectX(web);
  web.library.save({ posts: [post()] });
  const { page, problems } = await openPage();
  await page.goto(url);
  const scrape = page.locator('.quick-form').filter({ hasText: 'Scrape a user' });
  const said = scrape.locator('.quick-sentence');
  expect(await said.textContent()).toBe('Up to 100 posts');
  // The pasted address chooses the source.
  await scrape.getByRole('textbox').fill('x.com/sea_example');
  expect(await said.textContent()).toBe(COSTS);
  await scrape.getByRole('combobox').selectOption('bluesky');
  expect(await said.textContent()).toBe('This is an address of X; the source is Bluesky.');
  await scrape.getByRole('textbox').fill(' ');
  expect(await said.textContent()).toBe('Up to 100 posts');
  for (const [name, words] of [
    [
      'Search a topic',
      'Reads up to 100 latest posts about “tea” from X, about 1 s, $0.50 to $1.50.',
    ],
    ['Discover profiles', 'Finds up to 20 profiles for “tea” from X, $0.30 to '],
  ] as const) {
    const form = page.locator('.quick-form').filter({ hasText: name });
    await form.getByRole('textbox').fill('tea');
    await form.getByRole('combobox').selectOption('x');
    expect(await form.locator('.quick-sentence').textContent()).toStartWith(words);
  }
  expect(problems).toEqual([]);
});

test('an address of a source that is not connected leads to where it is', async () => {
  const { web, url } = await served();
  const { page, problems } = await openPage();
  const expectOffer = async (box: ReturnType<typeof page.locator>) => {
    const said = box.locator('.quick-sentence');
    await box.getByRole('textbox').fill('x.com/sea_example');
    const words = 'This is an address of X; the source is Bluesky. Connect X';
    expect(await said.textContent()).toBe(words);
    await box.getByRole('button', { name: 'Scrape' }).click();
    await box.locator('.form-result .result.error').waitFor();
    expect(await box.locator('.form-result').textContent()).not.toContain('below');
    expect(await said.isVisible()).toBe(true);
    const link = said.getByRole('link', { name: 'Connect X' });
    expect(await link.getAttribute('href')).toBe('/sources#source-x');
    await box.getByRole('textbox').fill('ada.example');
    expect(await link.count()).toBe(0);
    await box.getByRole('textbox').fill('https://x.com/home');
    expect(await link.count()).toBe(0);
  };
  await page.goto(url);
  await expectOffer(page.locator('.beginning', { hasText: 'Posts of any public Bluesky account' }));
  web.library.save({ posts: [post()] });
  await page.goto(url);
  const scrape = page.locator('.quick-form').filter({ hasText: 'Scrape a user' });
  await scrape.getByRole('combobox').selectOption('bluesky');
  await expectOffer(scrape);
  // The answer of the server to a refused start is written to the console by Chromium.
  expect(problems.filter((problem) => !problem.includes('422'))).toEqual([]);
});

test('the boxes of an empty dashboard say so too', async () => {
  const { web, url } = await served();
  await connectX(web);
  const { page, problems } = await openPage();
  await page.goto(url);
  const box = (title: string) =>
    page.locator('.beginning', { has: page.getByRole('heading', { name: title, exact: true }) });
  const said = box('X').locator('.quick-sentence');
  expect(await said.isVisible()).toBe(false);
  await box('X').getByRole('textbox').fill('@sea_example');
  expect(await said.textContent()).toBe(COSTS);
  expect(problems).toEqual([]);
});
