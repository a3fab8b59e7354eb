import { setImmediate as breathe } from 'node:timers/promises';
import type { Profile } from '../post.ts';
import { people } from './people.ts';
import { below, pick } from './random.ts';
import {
  add,
  type Desk,
  type Entry,
  newestFirst,
  replyTo,
  sitDown,
  unwritten,
} from './timeline.ts';
import type { Topic } from './topic.ts';
import { answer, compose, decorate, goOn, passOn } from './writing.ts';

export interface Author {
  profile: Profile;
  /** Newest first. */
  entries: Entry[];
}

export interface Corpus {
  authors: Author[];
  /** Everybody's, newest first. */
  entries: Entry[];
}

const THREAD_PAUSE_MS = 90_000;
/** An answer or a repost is about one of so many posts before it. */
const READ_BACK = 40;
let corpus: Promise<Corpus> | undefined;

/** The whole synthetic sample, written at the first call, one author at a time. */
export function sampleCorpus(): Promise<Corpus> {
  corpus ??= write();
  return corpus;
}

/** Takes turns with the event loop, so that a server at work is not held up for long. */
async function write(): Promise<Corpus> {
  const desks = people.map(sitDown);
  for (const desk of desks) {
    writeOriginals(desk);
    await breathe();
  }
  const originals = byTopic(desks);
  for (const desk of desks) {
    respond(desk, originals);
    await breathe();
  }
  const authors = desks.map(finish);
  return { authors, entries: authors.flatMap((author) => author.entries).sort(newestFirst) };
}

function writeOriginals(desk: Desk): void {
  for (const { kind, ageMs } of desk.moments) {
    if (kind !== 'post' && kind !== 'thread') continue;
    const topic = pick(desk.random, desk.person.topics);
    const draft = unwritten(desk, () => compose(topic, desk.random));
    const first = add(desk, decorate(draft, desk.random), ageMs, { kind: 'post' });
    if (kind === 'thread') writeThread(desk, first);
  }
}

function writeThread(desk: Desk, first: Entry): void {
  let last = first;
  first.post.threadId = first.post.id;
  const parts = 2 + below(desk.random, 3);
  for (let part = 1; part <= parts; part++) {
    const draft = unwritten(desk, () => goOn(first, part, desk.random));
    last = add(desk, draft, first.ageMs - part * THREAD_PAUSE_MS, replyTo(last));
  }
}

function byTopic(desks: Desk[]): Map<Topic, Entry[]> {
  const originals = desks
    .flatMap((desk) => desk.entries)
    .filter(({ post }) => post.kind === 'post');
  return Map.groupBy(originals.sort(newestFirst), (entry) => entry.topic);
}

function respond(desk: Desk, originals: Map<Topic, Entry[]>): void {
  for (const { kind, ageMs } of desk.moments) {
    if (kind !== 'reply' && kind !== 'repost') continue;
    const topic = pick(desk.random, desk.person.topics);
    const read = lately(desk, originals.get(topic) ?? [], ageMs);
    if (read.length > 0) respondTo(desk, kind, read, ageMs);
  }
}

/** What others wrote last before that moment; nobody answers when there is little to read yet. */
function lately(desk: Desk, originals: Entry[], ageMs: number): Entry[] {
  const read: Entry[] = [];
  for (let next = firstOlder(originals, ageMs); read.length < READ_BACK; next++) {
    const entry = originals[next];
    if (!entry) return [];
    if (entry.post.author !== desk.person.username) read.push(entry);
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

function respondTo(desk: Desk, kind: 'reply' | 'repost', read: Entry[], ageMs: number): void {
  let target: Entry | undefined;
  const draft = unwritten(desk, () => {
    target = pick(desk.random, read);
    const { author } = target.post;
    return kind === 'reply' ? answer(author, target, desk.random) : passOn(author, target);
  });
  add(desk, draft, ageMs, kind === 'reply' && target ? replyTo(target) : { kind: 'repost' });
}

function finish({ profile, entries }: Desk): Author {
  return { profile: { ...profile, posts: entries.length }, entries: entries.sort(newestFirst) };
}
