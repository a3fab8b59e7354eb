import { createConnections } from '../../../src/connections/index.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import type { LiveDeps } from '../../../src/sources/connection.ts';
import type { Post } from '../../../src/sources/post.ts';
import type { Page, PostsRequest, SearchRequest } from '../../../src/sources/source.ts';
import { createApiAccess } from '../../../src/sources/x/api/index.ts';
import type { XClient } from '../../../src/sources/x/client.ts';
import { startXApiDouble, type XApiDouble } from '../../support/x_api_double.ts';

export interface Reading {
  double: XApiDouble;
  client: XClient;
  live: LiveDeps;
  database: ReturnType<typeof openDatabase>;
  posts(request?: Partial<PostsRequest>): Promise<Page<Post>[]>;
  search(request?: Partial<SearchRequest>): Promise<Page<Post>[]>;
  stop(): void;
}

/** A client of the official API, with a budget of `cap` posts, and its double. */
export async function setupReading({
  cap = 100_000,
  patienceMs = 0,
  now,
}: {
  cap?: number | 'none';
  patienceMs?: number;
  now?: () => Date;
} = {}): Promise<Reading> {
  const double = startXApiDouble();
  const database = openDatabase(':memory:');
  const live = { ...createConnections({ db: database, secretKey: new Uint8Array(32), now }), now };
  if (cap !== 'none') await live.budgets.setCap('x', cap);
  const access = createApiAccess({ apiUrl: double.url, gapMs: 0, patienceMs });
  const values = { bearer_token: double.token };
  const client = await access.connect({ method: 'api', values, updatedAt: new Date() }, live);
  const { signal } = new AbortController();
  return {
    double,
    client,
    live,
    database,
    posts: (request) =>
      pagesOf(
        client.posts({
          username: 'sea_example',
          includeReplies: true,
          includeReposts: true,
          signal,
          ...request,
        }),
      ),
    search: (request) =>
      pagesOf(client.search({ terms: ['sea'], mode: 'latest', signal, ...request })),
    stop: () => {
      double.stop();
      database.close();
    },
  };
}

export async function pagesOf<Item>(listing: AsyncIterable<Page<Item>>): Promise<Page<Item>[]> {
  return Array.fromAsync(listing);
}

export function idsOf(pages: Page<{ id: string }>[]): string[] {
  return pages.flatMap(({ items }) => items.map(({ id }) => id));
}

export function sizesOf(pages: Page<unknown>[]): number[] {
  return pages.map(({ items }) => items.length);
}
