import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { createHarbour, type Harbour } from '../support/harbour_source.ts';

afterAll(closeApps);

let web: TestApp;
let harbour: Harbour;
const page = async (path: string) => (await web.request(path, { headers: NAVIGATION })).text();

beforeAll(async () => {
  web = await setupApp(
    {},
    {
      addSources(live) {
        harbour = createHarbour(live);
        return [harbour.source];
      },
    },
  );
  await web.tracker.start();
});

async function ended(type: 'scrape' | 'search', input: object): Promise<string> {
  const { id } = await web.tracker.enqueue(type, input as never);
  await web.ended(id);
  return id;
}

const optionOf = (html: string, name: string) =>
  html.match(new RegExp(`<option value="${name}"[^>]*>[^<]*`))?.[0] ?? '';

describe('a form', () => {
  test('offers what is not connected as such, and leads to the Sources page', async () => {
    const search = await page('/search');
    expect(optionOf(search, 'harbour')).toContain('disabled');
    expect(optionOf(search, 'harbour')).toEndWith('Harbour (not connected)');
    expect(search).toContain('<a href="/sources">Connect on the Sources page</a>');
    expect(optionOf(await page('/scrape'), 'harbour')).not.toContain('disabled');
  });

  test('begins with the source of the last run, and so do the quick forms', async () => {
    expect(optionOf(await page('/scrape'), 'sample')).toContain('selected');
    await ended('scrape', { username: 'quay', source: 'harbour' });
    expect(optionOf(await page('/scrape'), 'harbour')).toContain('selected');
    expect(optionOf(await page('/scrape?source=sample'), 'sample')).toContain('selected');
    const quick = (await page('/')).match(/<select id="scrape-source".*?<\/select>/s)?.[0] ?? '';
    expect(quick).toStartWith(
      '<select id="scrape-source" name="source"><option value="harbour" selected ',
    );
    expect(quick).not.toContain('"x"');
  });

  test('estimates by the way in which X is connected', async () => {
    const sentence = async (type: string, fields: string) =>
      (await page(`/${type}?source=x&${fields}`)).match(/from X, [^<]*/)?.[0];
    const { credentials } = web.connections;
    await credentials.replace('x', 'api', { bearer_token: 'a'.repeat(40) });
    expect(await sentence('scrape', 'username=ada&maxTweets=100')).toStartWith(
      'from X, about 1 s,',
    );
    expect(await sentence('discover', 'query=coach')).toStartWith('from X, $');
    expect(await sentence('scrape', 'username=ada&maxTweets=all')).toContain('newest 800 posts');
    expect(await sentence('search', 'query=ships&days=30')).toContain('posts of the last 7 days');
    for (const [type, fields, least] of [
      ['scrape', 'username=ada', 2 + 5],
      ['search', 'query=ships', 10 * 3],
      ['discover', 'query=coach', 10 * 3],
    ] as const) {
      await web.connections.budgets.setCap('x', least - 1);
      expect(await sentence(type, fields)).toContain('too little to begin');
      await web.connections.budgets.setCap('x', least);
      expect(await sentence(type, fields)).toContain('stops there');
    }
    await credentials.replace('x', 'cookies', { auth_token: 'a'.repeat(40), ct0: 'b'.repeat(40) });
    expect(await sentence('scrape', 'username=ada&maxTweets=100')).toBe('from X, about 30 s.');
    expect(await sentence('scrape', 'username=ada&maxTweets=all')).toContain('newest 3,200 posts');
    expect(await sentence('search', 'query=ships&maxTweets=100')).toBe('from X, about 2 min.');
    await credentials.remove('x');
  });

  test('says what a paid source costs at most', async () => {
    await web.connections.credentials.replace('harbour', 'key', { key: 'KEY-9f3c-paid-0042' });
    const search = await page('/search?source=harbour&query=ships&maxTweets=300');
    expect(search).toContain(
      'about “ships” from the harbour, about 30 s, $1.50 to $4.50 (set a budget on the Sources page first).',
    );
    expect(search).toContain('<a href="/sources#source-harbour">Set one on the Sources page</a>');
    await web.connections.budgets.setCap('harbour', 900);
    const paid = await page('/search?source=harbour&query=ships&maxTweets=300');
    expect(paid).toContain('about 30 s, $1.50 to $4.50.</output>');
    expect(paid).not.toMatch(/(Set one|Raise or reset it) on the Sources page/);
    expect(optionOf(search, 'harbour')).toContain('data-cost="0.005"');
    await web.connections.budgets.setCap('harbour', 299);
    expect(await page('/search?source=harbour&query=ships&maxTweets=300')).toContain(
      '$4.50. The budget has only $1.50 left (299 posts): the job stops there.</output>',
    );
    await web.connections.budgets.setCap('harbour', 0);
    const spent = await page('/search?source=harbour&query=ships&maxTweets=300');
    expect(spent).toContain('$4.50. Nothing is left of the budget: raise or reset it');
    expect(spent).toContain('Raise or reset it on the Sources page</a>');
    await web.connections.budgets.setCap('harbour', 500);
    await web.connections.credentials.remove('harbour');
  });
});

describe('a job that failed for good', () => {
  test('offers the same from the sources that can do it, and the way to the others', async () => {
    const id = await ended('scrape', { username: 'ada.lovelace', source: 'sample' });
    const html = await page(`/jobs/${id}`);
    const block =
      html.match(/<div class="other-sources">.*?<div class="report-columns">/s)?.[0] ?? '';
    expect(block).toContain('Scrape from Harbour');
    expect(block).toMatch(/name="username" value="ada.lovelace".*name="source" value="harbour"/s);
    expect(block).toContain('Scrape from Bluesky');
    expect(block).not.toContain('Connect X');
    expect(block).not.toContain('archive');
  });

  test('offers only sources that can have such a name, and its message names them', async () => {
    const id = await ended('scrape', { username: 'ada_lovelace', source: 'sample' });
    const html = await page(`/jobs/${id}`);
    expect(html).toMatch(/href="\/sources#source-x"[^>]*>Connect X</);
    expect(html).not.toContain('Scrape from Bluesky');
    expect(web.tracker.getJob(id)?.errorMessage).toEndWith('or choose another source: x.');
  });

  test('leads to its source on the Sources page', async () => {
    const id = await ended('search', { query: 'ships', source: 'harbour' });
    const html = await page(`/jobs/${id}`);
    expect(html).toMatch(/href="\/sources#source-harbour"[^>]*>Connect Harbour</);
    const other = await ended('scrape', { username: 'nobody', source: 'harbour' });
    expect(await page(`/jobs/${other}`)).toContain('See Harbour on the Sources page');
  });

  test('of another kind, and one that completed, offer nothing', async () => {
    const done = await ended('scrape', { username: 'aurora_lab', source: 'sample' });
    expect(await page(`/jobs/${done}`)).not.toContain('other-sources');
  });
});
