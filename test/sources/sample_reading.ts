import type { Post, Profile } from '../../src/sources/post.ts';
import { createSampleSource } from '../../src/sources/sample/index.ts';
import type { Page, PostsRequest, SearchRequest, Source } from '../../src/sources/source.ts';

export const NOON = new Date('2026-03-10T12:00:00Z');
export const MIDNIGHT = new Date('2026-03-10T00:00:00Z');
export const DAY_MS = 86_400_000;
export const { signal } = new AbortController();
export const HOSTS = /^([a-z]+\.)*example\.(org|com|net)$/;

export function sample(): Source {
  return createSampleSource({ pageMs: 0, now: () => NOON });
}

export function everythingOf(username: string): PostsRequest {
  return { username, includeReplies: true, includeReposts: true, signal };
}

export function postsOf(username: string, request: Partial<PostsRequest> = {}): Promise<Post[]> {
  return collect(sample().posts({ ...everythingOf(username), ...request }));
}

export function search(request: Partial<SearchRequest>): AsyncIterable<Page<Post>> {
  const listing = sample().search?.({ terms: [], mode: 'latest', signal, ...request });
  if (!listing) throw new Error('The sample cannot search.');
  return listing;
}

export function searched(request: Partial<SearchRequest>): Promise<Post[]> {
  return collect(search(request));
}

export function discover(query: string, cursor?: string): AsyncIterable<Page<Profile>> {
  const listing = sample().discover?.({ query, signal, ...(cursor && { cursor }) });
  if (!listing) throw new Error('The sample cannot look for people.');
  return listing;
}

export function discovered(query: string): Promise<Profile[]> {
  return collect(discover(query));
}

/** Every profile's bio or name has a letter of one of these beginnings. */
export function everybody(): Promise<Profile[]> {
  return discovered([...'abcdefghijklmnopqrstuvwxyz', 'zzzz'].join(' '));
}

let readBefore: Promise<Post[]> | undefined;

/** The posts of everybody who can be read, each author's newest first. */
export function everything(): Promise<Post[]> {
  readBefore ??= readEverything();
  return readBefore;
}

export async function readEverything(): Promise<Post[]> {
  const source = sample();
  const posts: Post[] = [];
  for (const { username } of await everybody()) {
    if (username !== 'locked_diary') posts.push(...(await readOn(source, username)));
  }
  return posts;
}

/** Reads on after a failure, as a job does. */
export async function readOn(source: Source, username: string): Promise<Post[]> {
  const posts: Post[] = [];
  let cursor: string | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      for await (const page of source.posts({
        ...everythingOf(username),
        ...(cursor && { cursor }),
      })) {
        posts.push(...page.items);
        cursor = page.cursor;
      }
      return posts;
    } catch (failure) {
      if (attempt > 1) throw failure;
    }
  }
}

export async function pagesOf<Item>(listing: AsyncIterable<Page<Item>>): Promise<Page<Item>[]> {
  return Array.fromAsync(listing);
}

export async function collect<Item>(listing: AsyncIterable<Page<Item>>): Promise<Item[]> {
  return (await pagesOf(listing)).flatMap((page) => page.items);
}

export async function failureOf(listing: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const _ of listing);
  } catch (failure) {
    return failure;
  }
  throw new Error('The listing did not fail.');
}

export function neighbours<Item>(items: Item[]): [Item, Item][] {
  return items.slice(1).map((item, index) => [items[index] as Item, item]);
}

export function said({ name, username, bio }: Profile): string {
  return `${name} ${username} ${bio}`.toLowerCase();
}

/** Without the emoji, hashtag and link that may follow the words. */
export function wordsOf({ text }: Post): string {
  return text.replace(/( \p{Extended_Pictographic}\S*| #\S+| https:\S+)+$/u, '');
}
