import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { BROWSER, LATER_PAGES } from '../../bench/suite/pages.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

/** What a browser may have to download for the first page, and for each page after it, in bytes: the design allows 50,000. */
const MAX_FIRST_BYTES = 49_000;
const MAX_LATER_BYTES = 10_000;

/** The status line, and the headers that Bun adds. */
const OTHER_HEADERS =
  'HTTP/1.1 200 OK\r\nDate: Sun, 29 Nov 2026 12:00:00 GMT\r\nContent-Length: 12345\r\n';

const NAMED_ASSET = /(?:src|href|content)="(\/assets\/[^"]*|\/favicon[^"]*)"/g;

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
});

async function received(path: string): Promise<number> {
  const answer = await web.request(path, { headers: BROWSER });
  expect(answer.status, path).toBe(200);
  const body = await answer.bytes();
  return [...answer.headers].reduce(
    (sum, [name, value]) => sum + name.length + value.length + ': \r\n'.length,
    OTHER_HEADERS.length + '\r\n'.length + body.length,
  );
}

/** The page's files that the browser does not have yet. */
async function filesOf(path: string, kept: ReadonlySet<string>): Promise<string[]> {
  const answer = await web.request(path, { headers: { accept: BROWSER.accept } });
  const named = [...(await answer.text()).matchAll(NAMED_ASSET)].map(([, file = '']) => file);
  return [...new Set(named)].filter((file) => !kept.has(file));
}

async function weightOf(path: string, kept: ReadonlySet<string> = new Set()): Promise<number> {
  const files = await filesOf(path, kept);
  const weights = await Promise.all([path, ...files].map(received));
  return weights.reduce((sum, bytes) => sum + bytes, 0);
}

describe('over the wire, headers included,', () => {
  test('the first page has at most 49 KB', async () => {
    expect(await weightOf('/')).toBeLessThanOrEqual(MAX_FIRST_BYTES);
  });

  test.each([...LATER_PAGES, '/find?q=jazz'])(
    '%s has at most 10 KB when it is the second page',
    async (path) => {
      const kept = new Set(await filesOf('/', new Set()));
      expect(await weightOf(path, kept)).toBeLessThanOrEqual(MAX_LATER_BYTES);
    },
  );

  test('so have the pages of a job that wrote a log, and of its kind', async () => {
    const kept = new Set(await filesOf('/', new Set()));
    const fields = { username: 'aurora_lab', maxTweets: '200' };
    await web.tracker.start();
    const { id } = await web.tracker.enqueue('scrape', fields);
    await web.ended(id);
    for (const path of [`/jobs/${id}`, '/jobs', '/scrape', '/find?q=jazz', '/profiles']) {
      expect(await weightOf(path, kept), path).toBeLessThanOrEqual(MAX_LATER_BYTES);
    }
  });
});
