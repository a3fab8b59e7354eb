import { randomBytes } from 'node:crypto';
import { createConnections } from '../../../src/connections/index.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import type { Post } from '../../../src/sources/post.ts';
import type { Page, Source } from '../../../src/sources/source.ts';
import { createXSource } from '../../../src/sources/x/index.ts';
import {
  COOKIES,
  startXDouble,
  type XDouble,
  type XDoubleOptions,
} from '../../support/x_double.ts';

const doubles: XDouble[] = [];

/** Every test file that calls `connectX` calls this in `afterAll`. */
export async function stopDoubles(): Promise<void> {
  for (const double of doubles.splice(0)) await double.stop();
}

/** The real source and library, connected to a double of X by cookies, without pauses. */
export async function connectX(options: XDoubleOptions = {}, cookies = COOKIES) {
  const double = startXDouble(options);
  doubles.push(double);
  const db = openDatabase(':memory:');
  const live = createConnections({ db, secretKey: randomBytes(32) });
  await live.credentials.replace('x', 'cookies', cookies);
  const source = (more = {}): Source =>
    createXSource({ live, url: double.url, apiUrl: 'http://127.0.0.1:1', gapMs: 0, ...more });
  return { double, db, live, x: source(), source };
}

export type ConnectedX = Awaited<ReturnType<typeof connectX>>;

interface Reading {
  username?: string;
  includeReplies?: boolean;
  includeReposts?: boolean;
  cursor?: string;
  signal?: AbortSignal;
}

export function postsOf(x: Source, reading: Reading = {}): AsyncIterable<Page<Post>> {
  return x.posts({
    username: 'ada_example',
    includeReplies: false,
    includeReposts: false,
    signal: new AbortController().signal,
    ...reading,
  });
}

export async function allOf<Item>(pages: AsyncIterable<Page<Item>>): Promise<Page<Item>[]> {
  return Array.fromAsync(pages);
}

/** The items of all pages, and what was left out in all. */
export async function readAll<Item>(pages: AsyncIterable<Page<Item>>) {
  const all = await allOf(pages);
  const leftOut: Record<string, number> = {};
  for (const page of all) {
    for (const [reason, count] of Object.entries(page.leftOut ?? {})) {
      leftOut[reason] = (leftOut[reason] ?? 0) + count;
    }
  }
  return {
    pages: all,
    items: all.flatMap(({ items }) => items),
    notes: all.flatMap(({ notes = [] }) => notes),
    leftOut,
  };
}

export async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('It was expected to fail, and has not.');
    },
    (error: Error) => error,
  );
}
