import type { Post, Profile } from '../post.ts';
import type { Person } from './people.ts';
import { below, type Random, seeded } from './random.ts';
import { type Moment, schedule } from './schedule.ts';
import type { Draft } from './writing.ts';

/** A post that knows its age instead of its date, so that the corpus is the same every day. */
export interface Entry extends Draft {
  post: Omit<Post, 'createdAt'>;
  ageMs: number;
}

/** Where one person writes. */
export interface Desk {
  person: Person;
  /** Place among all people: the low bits of the author's ids. */
  place: number;
  random: Random;
  profile: Profile;
  moments: Moment[];
  entries: Entry[];
  written: Set<string>;
}

/** What makes a post the kind it is. */
type Role = Partial<Post> & Pick<Post, 'kind'>;

/** The time in the id of a post of age 0, in ms; chosen for ids that look like real ones. */
const ID_TIME_MS = 500_000_000_000;
const MAX_AGE_MS = 4 * 365 * 86_400_000;
const TRIES = 200;

/** The desk of the person at that place, with a random source of its own. */
export function sitDown(person: Person, place: number): Desk {
  const random = seeded(Bun.hash.crc32(person.username));
  const profile = introduce(person, place, random);
  const moments = schedule(person.posts, random);
  return { person, place, random, profile, moments, entries: [], written: new Set() };
}

function introduce(person: Person, place: number, random: Random): Profile {
  const { username, name, bio, location } = person;
  const createdAt = new Date(Date.UTC(2011, 0, 1) + below(random, 9 * 365 * 86_400) * 1000);
  return {
    source: 'sample',
    id: idFor(MAX_AGE_MS, place),
    username,
    name,
    bio,
    location,
    ...(random() < 0.5 && { website: `https://example.org/${username}` }),
    createdAt,
    followers: Math.round(10 ** (1.6 + 2.8 * random())),
    following: Math.round(10 ** (1.2 + 1.6 * random())),
  };
}

/** Wide as a real one, and 19 digits long whatever the age: text order is order in time. */
function idFor(ageMs: number, place: number): string {
  return String((BigInt(ID_TIME_MS - ageMs) << 22n) | BigInt(place));
}

/**
 * Draws until the text is one this author has not written yet.
 * @throws Error when none comes up; the topics need more words then.
 */
export function unwritten(desk: Desk, draw: () => Draft): Draft {
  for (let tries = 0; tries < TRIES; tries++) {
    const draft = draw();
    if (desk.written.has(draft.text)) continue;
    desk.written.add(draft.text);
    return draft;
  }
  throw new Error(`${desk.person.username} has run out of words. Give the topics more of them.`);
}

/** Puts a draft into the author's timeline. */
export function add(desk: Desk, draft: Draft, ageMs: number, role: Role): Entry {
  const { username, name } = desk.person;
  const id = idFor(ageMs, desk.place);
  const post = {
    source: 'sample',
    id,
    author: username,
    authorName: name,
    text: draft.text,
    language: draft.topic.language,
    url: `https://example.org/${username}/status/${id}`,
    links: draft.links,
    media: draft.media,
    ...reception(desk),
    ...role,
  };
  const entry = { ...draft, post, ageMs };
  desk.entries.push(entry);
  return entry;
}

/** Most posts are hardly noticed, a few are everywhere; the more followers, the more so. */
function reception({ random, profile }: Desk): Pick<Post, 'likes' | 'reposts' | 'replies'> {
  const likes = Math.floor(3 * (profile.followers ?? 0) ** 0.6 * random() ** 4);
  return {
    likes,
    reposts: Math.floor(likes * random() * 0.3),
    replies: Math.floor(likes * random() * 0.15),
  };
}

/** The role of an answer to that post, by whomever. */
export function replyTo({ post }: Entry): Role {
  return {
    kind: 'reply',
    inReplyToId: post.id,
    inReplyToAuthor: post.author,
    threadId: post.threadId ?? post.id,
  };
}

/** Two authors may write in the same millisecond; their ids still differ. */
export function newestFirst(one: Entry, other: Entry): number {
  return one.ageMs - other.ageMs || (one.post.id < other.post.id ? 1 : -1);
}
