import { join } from 'node:path';
import { createXSource } from '../../src/sources/x/index.ts';
import { startServer } from '../suite/xgpt_server.ts';
import type { SourceBench } from './source_bench.ts';

const DOUBLE = join(import.meta.dir, '../../test/support/x_double.ts');

/** As the double takes them. */
const COOKIES = {
  auth_token: '0123456789abcdef0123456789abcdef01234567',
  ct0: 'c70c70c70c70c70c70c70c70c70c70c7',
};

/** As many posts as the product asks for. */
const PAGE_SIZE = 100;

/** The most that one scrape reads. */
const POSTS_PER_AUTHOR = 10_000;

const bench: SourceBench = {
  name: 'X, session cookies',
  unit: 'posts',
  items: 50_000,

  addSources(live) {
    const stored = { method: 'cookies', values: COOKIES, updatedAt: new Date() };
    const credentials = { ...live.credentials, read: async () => stored };
    const url = process.env.XGPT_X_URL ?? '';
    return [createXSource({ live: { ...live, credentials }, url, apiUrl: url, gapMs: 0 })];
  },

  async prepare(items) {
    const authors = Array.from(
      { length: Math.ceil(items / POSTS_PER_AUTHOR) },
      (_, index) => `author_${index + 1}`,
    );
    const posts = String(Math.min(items, POSTS_PER_AUTHOR));
    const double = await startServer([DOUBLE, '--posts', posts, '--authors', authors.join(',')]);
    return {
      env: { XGPT_X_URL: double.url },
      jobs: authors.map((username) => ({
        type: 'scrape',
        input: { username, source: 'x', maxTweets: posts },
      })),
      bare: async () => {
        let read = 0;
        for (const author of authors) read += await readBare(double.url, author);
        return read;
      },
      stop: () => double.stop(),
    };
  },
};

export default bench;

/**
 * A timeline to its end, with the library alone: it is given only the address of the double, and the
 * cursor, which none of its methods for an author's posts takes. Its own listing waits up to a second
 * after each page, so each page is asked for separately.
 */
async function readBare(url: string, author: string): Promise<number> {
  const { Scraper } = await import('@the-convocation/twitter-scraper');
  let cursor: string | undefined;
  const scraper = new Scraper({
    fetch: (async (input: string, init: RequestInit) => {
      const asked = new URL(input);
      const address = new URL(`/i/api${asked.pathname}`, url);
      const variables = JSON.parse(asked.searchParams.get('variables') ?? '{}');
      asked.searchParams.set('variables', JSON.stringify({ ...variables, cursor }));
      address.search = asked.search;
      const headers = Object.fromEntries((init.headers as Headers).entries());
      const answer = await fetch(address, { method: init.method, headers });
      const body = await answer.text();
      cursor = /"value":"(position-\d+)"/.exec(body)?.[1];
      return new Response(body, answer);
    }) as unknown as typeof fetch,
  });
  const { auth_token, ct0 } = COOKIES;
  await scraper.setCookies([`auth_token=${auth_token}; Domain=x.com`, `ct0=${ct0}; Domain=x.com`]);
  const id = await scraper.getUserIdByScreenName(author);
  let read = 0;
  for (;;) {
    const found = await pageOf(scraper.getTweetsByUserId(id, PAGE_SIZE));
    if (found === 0) return read;
    read += found;
  }
}

/** The posts of the first page only. */
async function pageOf(listing: AsyncIterable<unknown>): Promise<number> {
  let found = 0;
  for await (const _ of listing) if (++found === PAGE_SIZE) break;
  return found;
}
