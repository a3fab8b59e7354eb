import type { Post, Profile } from '../post.ts';
import type { Person } from './people.ts';
import { below, type Random, seeded } from './random.ts';
import { type Moment, schedule } from './schedule.ts';
import type { Draft } from './writing.ts';

/** A post with its age instead of its date, so that the corpus is the same every day. */
export interface Entry extends Draft {
  post: Omit<Post, 'createdAt'>;
  ageMs: number;
}

/** The timeline of one author while it is generated. */
export interface Timeline {
  person: Person;
  /** The author's index, in the low bits of the ids. */
  index: number;
  random: Random;
  profile: Profile;
  moments: Moment[];
  entries: Entry[];
  written: Set<string>;
}

/** The kind of a post, and the fields that belong to it. */
type Role = Partial<Post> & Pick<Post, 'kind'>;

/** The time in the id of a post of age 0, in ms; chosen so that ids look like those of X. */
const ID_TIME_MS = 500_000_000_000;
const MAX_AGE_MS = 4 * 365 * 86_400_000;
const MAX_TRIES = 200;

/** An empty timeline with its own random generator. */
export function startTimeline(person: Person, index: number): Timeline {
  const random = seeded(Bun.hash.crc32(person.username));
  const profile = createProfile(person, index, random);
  const moments = schedule(person.posts, random);
  return { person, index, random, profile, moments, entries: [], written: new Set() };
}

function createProfile(person: Person, index: number, random: Random): Profile {
  const { username, name, bio, location } = person;
  const createdAt = new Date(Date.UTC(2011, 0, 1) + below(random, 9 * 365 * 86_400) * 1000);
  return {
    source: 'sample',
    id: idFor(MAX_AGE_MS, index),
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

/** Always 19 digits long, so that the order of texts is the order in time. */
function idFor(ageMs: number, index: number): string {
  return String((BigInt(ID_TIME_MS - ageMs) << 22n) | BigInt(index));
}

/**
 * Draws until the author has a new text.
 * @throws Error when there is none; the topics need more words then.
 */
export function drawUnique(timeline: Timeline, draw: () => Draft): Draft {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const draft = draw();
    if (timeline.written.has(draft.text)) continue;
    timeline.written.add(draft.text);
    return draft;
  }
  throw new Error(`${timeline.person.username} has no new texts. Add more words to the topics.`);
}

/** Adds a draft to the author's timeline. */
export function addEntry(timeline: Timeline, draft: Draft, ageMs: number, role: Role): Entry {
  const { username, name } = timeline.person;
  const id = idFor(ageMs, timeline.index);
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
    ...engagement(timeline),
    ...role,
  };
  const entry = { ...draft, post, ageMs };
  timeline.entries.push(entry);
  return entry;
}

/** Most posts get few likes, some get many; more with more followers. */
function engagement({ random, profile }: Timeline): Pick<Post, 'likes' | 'reposts' | 'replies'> {
  const likes = Math.floor(3 * (profile.followers ?? 0) ** 0.6 * random() ** 4);
  return {
    likes,
    reposts: Math.floor(likes * random() * 0.3),
    replies: Math.floor(likes * random() * 0.15),
  };
}

/** The role of a reply to that post. */
export function replyRole({ post }: Entry): Role {
  return {
    kind: 'reply',
    inReplyToId: post.id,
    inReplyToAuthor: post.author,
    threadId: post.threadId ?? post.id,
  };
}

/** By age, then by id: two posts may have the same age. */
export function newestFirst(one: Entry, other: Entry): number {
  return one.ageMs - other.ageMs || (one.post.id < other.post.id ? 1 : -1);
}
