import { below, type Random, shuffle } from './random.ts';

/** A moment in an author's timeline. A `thread` is a post that its author continues. */
export interface Moment {
  kind: 'post' | 'thread' | 'reply' | 'repost';
  ageMs: number;
}

const HOUR = 3_600_000;
const SPAN_MS = 2 * 365 * 24 * HOUR;
/** Leaves room for the posts of a thread between two moments. */
const MIN_GAP_MS = HOUR / 2;
/** How much denser recent posts are than older ones; 1 is even. */
const RECENCY = 1.4;
const THREAD_EVERY = 20;
const REPLIES_A_POST = 0.15;
const REPOSTS_A_POST = 0.07;

/** An author's moments over the last two years, newest first, ages strictly increasing. */
export function schedule(posts: number, random: Random): Moment[] {
  const kinds = shuffle(random, kindsFor(posts));
  const begin = below(random, 12 * HOUR);
  return kinds.map((kind, index) => {
    const part = (index + random() * 0.8) / kinds.length;
    return { kind, ageMs: Math.round(begin + index * MIN_GAP_MS + SPAN_MS * part ** RECENCY) };
  });
}

function kindsFor(posts: number): Moment['kind'][] {
  const kinds: Moment['kind'][] = [];
  for (let post = 1; post <= posts; post++) kinds.push(post % THREAD_EVERY ? 'post' : 'thread');
  for (let reply = 0; reply < posts * REPLIES_A_POST; reply++) kinds.push('reply');
  for (let repost = 0; repost < posts * REPOSTS_A_POST; repost++) kinds.push('repost');
  return kinds;
}
