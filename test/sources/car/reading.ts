import { expect } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CarLimits, readCar } from '../../../src/sources/archive/car/index.ts';
import type { Post } from '../../../src/sources/post.ts';
import { type Page, type PostsRequest, Unreadable } from '../../../src/sources/source.ts';
import { exportOf, postPath, type Records } from '../../support/car_fixture.ts';

const everything = {
  includeReplies: true,
  includeReposts: true,
  signal: new AbortController().signal,
};

export async function pagesOf(
  car: Uint8Array,
  request: Partial<PostsRequest> = {},
  limits: Partial<CarLimits> = {},
): Promise<Page<Post>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'xgpt-car-'));
  try {
    const path = join(folder, 'repo.car');
    await Bun.write(path, car);
    return await Array.fromAsync(readCar(path, { ...everything, ...request }, limits));
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function postsOf(car: Uint8Array, request: Partial<PostsRequest> = {}) {
  return (await pagesOf(car, request)).flatMap(({ items }) => items);
}

export async function textsOf(car: Uint8Array, request: Partial<PostsRequest> = {}) {
  return (await postsOf(car, request)).map(({ text }) => text);
}

/** The only post of an export with this record. */
export async function readRecord(record: object, others: Records = {}): Promise<Post> {
  const path = postPath(500);
  const posts = await postsOf(exportOf({ ...others, [path]: record }));
  return posts.find(({ id }) => id.endsWith(path)) as Post;
}

/** Why an export cannot be read. Its posts must not begin to come before it is refused. */
export async function refusal(car: Uint8Array, limits: Partial<CarLimits> = {}): Promise<string> {
  const failure = await pagesOf(car, {}, limits).then(
    () => new Error('The export was read.'),
    (error: Error) => error,
  );
  expect(failure).toBeInstanceOf(Unreadable);
  return failure.message;
}
