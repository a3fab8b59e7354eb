import type { SourcePace } from '../../sources/connection.ts';
import {
  MAX_FRUITLESS_POSTS,
  MAX_POSTS_PER_PROFILE,
  POSTS_PER_USER,
} from '../../sources/x/api/prices.ts';
import { counted } from '../../text/format.ts';
import { quoted } from '../../text/isolated.ts';
import {
  atMost,
  budgetNote,
  type Charge,
  from,
  reachNote,
  reachOf,
  time,
  trimmed,
  type Values,
} from '../sentences.ts';

/** What is found when no number is given. */
export const DEFAULT_PROFILES = 20;

/** Where people are found by their posts: each of these, and its author, who counts as two. */
const POST_AND_AUTHOR = 1 + POSTS_PER_USER;

/** From one post of each profile up to the most posts that are read for so many. */
function byPosts(profiles: number): Charge {
  const most = Math.max(MAX_FRUITLESS_POSTS / profiles, MAX_POSTS_PER_PROFILE);
  return { least: POST_AND_AUTHOR, most: most * POST_AND_AUTHOR };
}

export default function sentence(values: Values, source?: SourcePace): string {
  const query = trimmed(values.query);
  const most = atMost(values.maxResults ?? String(DEFAULT_PROFILES), 1_000);
  if (query === '') return 'Enter what to look for to see what will be found.';
  if (most === undefined) return 'Enter the number of profiles to find, from 1 to 1,000, or “all”.';
  const who = `up to ${counted(most, 'profile')} for ${quoted(query)}`;
  const then = values.save === 'false' ? ', without keeping them' : ', and keeps them';
  const charge = byPosts(most);
  const each = postsOfEach(values);
  const posts = each === undefined ? 0 : most * Math.min(each, reachOf(source, false));
  const notes = `${reachNote(each ?? 0, source, false)}${budgetNote(most, source, charge, posts)}`;
  return `Finds ${who}${from(source)}${time(most, source, charge)}${then}${andScrapes(each)}.${notes}`;
}

/** Undefined where nobody is scraped. */
function postsOfEach({ scrape, maxTweets }: Values): number | undefined {
  return scrape === 'true' ? atMost(maxTweets, 10_000) : undefined;
}

function andScrapes(each: number | undefined): string {
  if (each === undefined) return '';
  return `; then reads up to ${counted(each, 'post')} of each as a separate job`;
}
