import type { Database } from 'bun:sqlite';
import { createLibrary, type Library } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Post, Profile } from '../../src/sources/post.ts';

const SAVED_AT = 1_800_000_000_000;

/** A library in a fresh database with all migrations; `clock.now` is its time. */
export function setup(): { db: Database; library: Library; clock: { now: number } } {
  const db = openDatabase(':memory:');
  const clock = { now: SAVED_AT };
  return { db, library: createLibrary(db, () => clock.now), clock };
}

/** A post of `ada` in the source `test`, each number a second newer than the one before. */
export function makePost(number: number, given: Partial<Post> = {}): Post {
  return {
    source: 'test',
    id: String(number),
    kind: 'post',
    author: 'ada',
    authorName: 'Ada',
    text: `post number ${number}`,
    createdAt: new Date(1_700_000_000_000 + number * 1000),
    links: [],
    media: [],
    asOf: new Date(SAVED_AT),
    ...given,
  };
}

export function makePosts(count: number, given: Partial<Post> = {}): Post[] {
  return Array.from({ length: count }, (_, i) => makePost(i + 1, given));
}

export function makeProfile(username: string, given: Partial<Profile> = {}): Profile {
  const named = { source: 'test', id: `id-${username}`, username, name: username, bio: '' };
  return { ...named, asOf: new Date(SAVED_AT), ...given };
}

/** A unit vector in the plane, so that the similarity of two is the cosine of the angle between. */
export function unitVector(degrees: number): Float32Array {
  const angle = (degrees * Math.PI) / 180;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
}
