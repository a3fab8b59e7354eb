import { createConnections } from '../../../src/connections/index.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { createBlueskySource } from '../../../src/sources/bluesky/index.ts';
import type { LiveDeps } from '../../../src/sources/connection.ts';
import type { Post } from '../../../src/sources/post.ts';
import type { LeftOut, Page, PostsRequest, Source } from '../../../src/sources/source.ts';
import { APP_PASSWORD } from '../../support/bluesky/world.ts';
import type { BlueskyDouble } from '../../support/bluesky_double.ts';

/** No pauses. */
export const TIMING = { gapMs: 0, loginGapMs: 0, timeoutMs: 20_000, backoffMs: 10 };

/** The real credentials and rate limits, over a database in memory. */
export function freshLive(): LiveDeps {
  return createConnections({ db: openDatabase(':memory:'), secretKey: new Uint8Array(32) });
}

/** The product's source, which asks the double. */
export function sourceOf(
  double: BlueskyDouble,
  live: LiveDeps = freshLive(),
  timing: Partial<typeof TIMING> = {},
): Required<Source> {
  const options = { live, url: double.url, timing: { ...TIMING, ...timing } };
  return createBlueskySource(options) as Required<Source>;
}

/** Connects an account of the double with its app password. */
export async function connect(
  live: Pick<LiveDeps, 'credentials'>,
  double: BlueskyDouble,
  identifier: string,
  password = APP_PASSWORD,
): Promise<void> {
  await live.credentials.replace('bluesky', 'app_password', {
    identifier,
    password,
    server: double.url,
  });
}

/** A request of posts, with the fields that a test does not care about. */
export function wanted(username: string, fields: Partial<PostsRequest> = {}): PostsRequest {
  return {
    username,
    includeReplies: false,
    includeReposts: false,
    signal: new AbortController().signal,
    ...fields,
  };
}

/** Everything that a listing hands on. */
export async function readAll<Item = Post>(listing: AsyncIterable<Page<Item>>) {
  const pages: Page<Item>[] = [];
  for await (const page of listing) pages.push(page);
  const leftOut: LeftOut = {};
  for (const page of pages) {
    for (const [reason, count] of Object.entries(page.leftOut ?? {})) {
      leftOut[reason as keyof LeftOut] = (leftOut[reason as keyof LeftOut] ?? 0) + count;
    }
  }
  return {
    pages,
    items: pages.flatMap(({ items }) => items),
    notes: pages.flatMap(({ notes = [] }) => notes),
    leftOut,
  };
}

/** The error with which a listing ends. */
export async function failureOf(listing: AsyncIterable<unknown>): Promise<Error> {
  try {
    for await (const _ of listing);
  } catch (error) {
    return error as Error;
  }
  throw new Error('The listing ended without an error.');
}
