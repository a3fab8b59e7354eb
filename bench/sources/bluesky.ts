import { join } from 'node:path';
import type {} from '@atcute/bluesky';
import { Client, simpleFetchHandler } from '@atcute/client';
import { createBlueskySource } from '../../src/sources/bluesky/index.ts';
import { startServer } from '../suite/xgpt_server.ts';
import type { SourceBench } from './source_bench.ts';

const DOUBLE = join(import.meta.dir, '../../test/support/bluesky_double.ts');

/** The most that one scrape reads. */
const POSTS_PER_AUTHOR = 10_000;

const bench: SourceBench = {
  name: 'Bluesky, live',
  unit: 'posts',
  items: 50_000,

  addSources: (live) => [
    createBlueskySource({
      live,
      url: process.env.XGPT_BLUESKY_URL ?? '',
      timing: { gapMs: 0, loginGapMs: 0 },
    }),
  ],

  async prepare(items) {
    const authors = Array.from(
      { length: Math.ceil(items / POSTS_PER_AUTHOR) },
      (_, index) => `author-${index + 1}.example`,
    );
    const posts = String(Math.min(items, POSTS_PER_AUTHOR));
    const double = await startServer([DOUBLE, '--posts', posts, '--authors', authors.join(',')]);
    return {
      env: { XGPT_BLUESKY_URL: double.url },
      jobs: authors.map((username) => ({
        type: 'scrape',
        input: { username, source: 'bluesky', maxTweets: posts },
      })),
      bare: async () => {
        let read = 0;
        for (const author of authors) read += await readBare(double.url, author as 'a.example');
        return read;
      },
      pid: double.pid,
      stop: () => double.stop(),
    };
  },
};

export default bench;

/** An author's feed to its end, with the client alone. */
async function readBare(service: string, actor: `${string}.${string}`): Promise<number> {
  const client = new Client({ handler: simpleFetchHandler({ service }) });
  let read = 0;
  let cursor: string | undefined;
  do {
    const answer = await client.get('app.bsky.feed.getAuthorFeed', {
      params: { actor, limit: 100, cursor },
    });
    if (!answer.ok) throw new Error(`The double answered ${answer.status}.`);
    read += answer.data.feed.length;
    cursor = answer.data.cursor;
  } while (cursor !== undefined);
  return read;
}
