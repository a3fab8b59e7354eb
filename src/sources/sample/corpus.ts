import { setImmediate as nextTurn } from 'node:timers/promises';
import { once } from '../../platform/once.ts';
import type { Profile } from '../post.ts';
import { type Person, people } from './people.ts';
import { below, pick } from './random.ts';
import {
  addEntry,
  drawUnique,
  type Entry,
  newestFirst,
  replyRole,
  startTimeline,
  type Timeline,
} from './timeline.ts';
import type { Topic } from './topic.ts';
import { compose, continueThread, decorate, reply, repost } from './writing.ts';

export interface Author {
  profile: Profile;
  /** Newest first. */
  entries: Entry[];
}

interface Corpus {
  authors: Author[];
  /** Of all authors, newest first. */
  entries: Entry[];
}

const THREAD_PAUSE_MS = 90_000;
/** A reply or repost refers to one of this many recent posts. */
const RECENT_POSTS = 40;

/** The whole synthetic sample, generated at the first call. */
export const sampleCorpus = once(async (): Promise<Corpus> => {
  const authors: Author[] = [];
  for (const person of people) authors.push(await authorOf(person));
  return { authors, entries: authors.flatMap((author) => author.entries).sort(newestFirst) };
});

/**
 * One author of the sample, generated at the first call with the posts that the author responds to: a
 * third of the sample at most.
 * @param username in lower case.
 * @returns undefined when there is no such author.
 */
export function sampleAuthor(username: string): Promise<Author> | undefined {
  const person = people.find((person) => person.username === username);
  return person && authorOf(person);
}

const authorOf = oncePer(async (person: Person): Promise<Author> => {
  const timeline = await timelineOf(person);
  const originals = new Map<Topic, Entry[]>();
  for (const topic of person.topics) originals.set(topic, await originalsOf(topic));
  respond(timeline, originals);
  await nextTurn();
  return finish(timeline);
});

/** The original posts about a topic, newest first. */
const originalsOf = oncePer(async (topic: Topic): Promise<Entry[]> => {
  const originals: Entry[] = [];
  for (const person of people) {
    if (!person.topics.includes(topic)) continue;
    const { entries } = await timelineOf(person);
    originals.push(...entries.filter((entry) => entry.topic === topic && isOriginal(entry)));
  }
  return originals.sort(newestFirst);
});

const isOriginal = ({ post }: Entry) => post.kind === 'post';

/** A timeline with its original posts and threads. */
const timelineOf = oncePer(async (person: Person): Promise<Timeline> => {
  const timeline = startTimeline(person, people.indexOf(person));
  writeOriginals(timeline);
  // A server stays responsive.
  await nextTurn();
  return timeline;
});

/** A function that does its work once for each key. */
function oncePer<Key, Value>(make: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const made = new Map<Key, Promise<Value>>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

function writeOriginals(timeline: Timeline): void {
  for (const { kind, ageMs } of timeline.moments) {
    if (kind !== 'post' && kind !== 'thread') continue;
    const topic = pick(timeline.random, timeline.person.topics);
    const draft = drawUnique(timeline, () => compose(topic, timeline.random));
    const first = addEntry(timeline, decorate(draft, timeline.random), ageMs, { kind: 'post' });
    if (kind === 'thread') writeThread(timeline, first);
  }
}

function writeThread(timeline: Timeline, first: Entry): void {
  let last = first;
  first.post.threadId = first.post.id;
  const parts = 2 + below(timeline.random, 3);
  for (let part = 1; part <= parts; part++) {
    const draft = drawUnique(timeline, () => continueThread(first, part, timeline.random));
    last = addEntry(timeline, draft, first.ageMs - part * THREAD_PAUSE_MS, replyRole(last));
  }
}

function respond(timeline: Timeline, originals: Map<Topic, Entry[]>): void {
  for (const { kind, ageMs } of timeline.moments) {
    if (kind !== 'reply' && kind !== 'repost') continue;
    const topic = pick(timeline.random, timeline.person.topics);
    const read = recentPosts(timeline, originals.get(topic) ?? [], ageMs);
    if (read.length > 0) respondTo(timeline, kind, read, ageMs);
  }
}

/** The last posts of others before that moment; empty when there are too few. */
function recentPosts(timeline: Timeline, originals: Entry[], ageMs: number): Entry[] {
  const read: Entry[] = [];
  for (let next = firstOlder(originals, ageMs); read.length < RECENT_POSTS; next++) {
    const entry = originals[next];
    if (!entry) return [];
    if (entry.post.author !== timeline.person.username) read.push(entry);
  }
  return read;
}

function firstOlder(newestFirst: Entry[], ageMs: number): number {
  let [low, high] = [0, newestFirst.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((newestFirst[middle]?.ageMs ?? 0) > ageMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

function respondTo(
  timeline: Timeline,
  kind: 'reply' | 'repost',
  read: Entry[],
  ageMs: number,
): void {
  let target: Entry | undefined;
  const draft = drawUnique(timeline, () => {
    target = pick(timeline.random, read);
    const { author } = target.post;
    return kind === 'reply' ? reply(author, target, timeline.random) : repost(author, target);
  });
  addEntry(
    timeline,
    draft,
    ageMs,
    kind === 'reply' && target ? replyRole(target) : { kind: 'repost' },
  );
}

function finish({ profile, entries }: Timeline): Author {
  return { profile: { ...profile, posts: entries.length }, entries: entries.sort(newestFirst) };
}
