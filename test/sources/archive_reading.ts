import { expect } from 'bun:test';
import { join } from 'node:path';
import { createArchiveSource } from '../../src/sources/archive/index.ts';
import type { Post } from '../../src/sources/post.ts';
import { type Page, type PostsRequest, Unreadable } from '../../src/sources/source.ts';
import {
  type ArchiveContent,
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeZip,
} from '../support/archive_fixture.ts';

export const never = new AbortController().signal;

export function request(fields: Partial<PostsRequest> = {}): PostsRequest {
  return {
    archive: 'x.zip',
    includeReplies: true,
    includeReposts: true,
    signal: never,
    ...fields,
  };
}

export async function pagesOf(importsDir: string, fields: Partial<PostsRequest> = {}, limits = {}) {
  const source = createArchiveSource({ importsDir, ...limits });
  return Array.fromAsync<Page<Post>>(source.posts(request(fields)));
}

export async function postsOf(importsDir: string, fields: Partial<PostsRequest> = {}) {
  return (await pagesOf(importsDir, fields)).flatMap((page) => page.items);
}

/** Reads the posts of an archive that holds just these tweets. */
export async function readTweets(...entries: unknown[]): Promise<Post[]> {
  return readContent({ 'data/tweets.js': part('tweets.part0', entries) });
}

export async function readContent(content: ArchiveContent): Promise<Post[]> {
  await using folder = await temporaryFolder();
  await writeZip(join(folder.path, 'x.zip'), { ...accountFiles(), ...content });
  return await postsOf(folder.path);
}

/** What reading a zip fails with, after `damage` was done to it. */
export async function refusal(
  content: ArchiveContent,
  damage: (path: string) => Promise<unknown> = async () => {},
  limits = {},
): Promise<Error> {
  await using folder = await temporaryFolder();
  await damage(await writeZip(join(folder.path, 'x.zip'), content));
  const failure = await pagesOf(folder.path, {}, limits).then(
    () => new Error('The archive was read.'),
    (error: Error) => error,
  );
  expect(failure).toBeInstanceOf(Unreadable);
  expect(failure.message).not.toContain(folder.path);
  return failure;
}

export const whole = { ...accountFiles(), 'data/tweets.js': part('tweets.part0', manyTweets(30)) };
