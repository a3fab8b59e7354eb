import { join } from 'node:path';
import { createXSource } from '../../src/sources/x/index.ts';
import { startServer } from '../suite/xgpt_server.ts';
import type { SourceBench } from './source_bench.ts';

const DOUBLE = join(import.meta.dir, '../../test/support/x_api_double.ts');

/** As the double takes it. */
const TOKEN = 'AAAAAAAAAAAAAAAAAAAAAsynthetic-bearer-token';

/** The most that one scrape reads. */
const POSTS_PER_AUTHOR = 10_000;

const bench: SourceBench = {
  name: 'X, official API',
  unit: 'posts',
  items: 50_000,

  addSources(live) {
    const url = process.env.XGPT_X_API_URL ?? '';
    const stored = { method: 'api', values: { bearer_token: TOKEN }, updatedAt: new Date() };
    const credentials = { ...live.credentials, read: async () => stored };
    void live.budgets.setCap('x', 10_000_000);
    return [createXSource({ live: { ...live, credentials }, url, apiUrl: url, gapMs: 0 })];
  },

  async prepare(items) {
    const authors = Array.from(
      { length: Math.ceil(items / POSTS_PER_AUTHOR) },
      (_, index) => `author_${index + 1}_example`,
    );
    const posts = String(Math.min(items, POSTS_PER_AUTHOR));
    const double = await startServer([DOUBLE, '--posts', posts, '--authors', authors.join(',')]);
    const options = {
      source: 'x',
      maxTweets: posts,
      includeReplies: 'true',
      includeRetweets: 'true',
    };
    return {
      env: { XGPT_X_API_URL: double.url },
      jobs: authors.map((username) => ({ type: 'scrape', input: { username, ...options } })),
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

/** A timeline to its end, with the official client alone and the fields that the product asks for. */
async function readBare(baseUrl: string, author: string): Promise<number> {
  const { Client } = await import('@xdevplatform/xdk');
  const { POSTS } = await import('../../src/sources/x/api/queries.ts');
  const client = new Client({ baseUrl, bearerToken: TOKEN });
  const { data: user } = await client.users.getByUsername(author);
  let read = 0;
  let token: string | undefined;
  do {
    const params = new URLSearchParams({
      ...POSTS,
      max_results: '100',
      ...(token && { pagination_token: token }),
    });
    const { data, meta } = await client.request<{
      data?: unknown[];
      meta: { nextToken?: string };
    }>('GET', `/2/users/${user?.id}/tweets?${params}`);
    read += data?.length ?? 0;
    token = meta.nextToken;
  } while (token !== undefined);
  return read;
}
