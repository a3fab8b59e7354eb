import type { SourcePace } from '../../sources/connection.ts';
import { counted } from '../../text/format.ts';
import { isolated } from '../../text/isolated.ts';
import { readUsername } from '../../text/usernames.ts';
import {
  atMost,
  budgetNote,
  from,
  isAll,
  POST,
  reachNote,
  reachOf,
  time,
  trimmed,
  type Values,
} from '../sentences.ts';

/** What is read of an author when no number is given. Of an archive it is all. */
export const DEFAULT_POSTS = 100;

/** The most that one run reads of an author. */
export const MAX_POSTS = 10_000;

export default function sentence(values: Values, source?: SourcePace): string {
  const isArchive = values.source === 'archive';
  const readsAll = isArchive && (trimmed(values.maxTweets) === '' || isAll(values.maxTweets));
  const { maxTweets = String(DEFAULT_POSTS) } = values;
  const most = readsAll ? Number.POSITIVE_INFINITY : atMost(maxTweets, MAX_POSTS);
  if (most === undefined) return 'Enter the number of posts to read, from 1 to 10,000, or “all”.';
  const isOnlyNew = values.onlyNew === 'true';
  if (isOnlyNew && isArchive) return 'Untick “Only what is new”: an archive is read whole.';
  const noun = isOnlyNew ? 'new post' : 'post';
  const posts = `${readsAll ? 'all posts' : `up to ${counted(most, noun)}`}${andKinds(values)}`;
  if (isArchive) return `Reads ${posts} from ${theArchive(values.archive)}.${leftOut(values)}`;
  if (trimmed(values.username) === '') return 'Enter a username to see what will be read.';
  const read = readUsername(values.username ?? '');
  if ('problem' in read) return read.problem;
  const withReplies = values.includeReplies === 'true';
  const given = Math.min(most, reachOf(source, withReplies));
  const notes = `${reachNote(most, source, withReplies)}${budgetNote(given, source, POST)}`;
  const what = `Reads ${posts} of @${read.username}${from(source)}`;
  const needs = time(given, source);
  if (!isOnlyNew) return `${what}${needs}.${notes}`;
  const bound = needs && `, at most${needs.slice(1)}`;
  return `${what}, down to those of the last run${bound}.${notes}`;
}

function andKinds({ includeReplies, includeRetweets }: Values): string {
  const kinds = [
    includeReplies === 'true' && 'replies',
    includeRetweets === 'true' && 'reposts',
  ].filter(Boolean);
  return kinds.length > 0 ? `, ${kinds.join(' and ')} included,` : '';
}

/** Said before an import: an archive holds everything, and people expect to get it. */
function leftOut({ includeReplies, includeRetweets }: Values): string {
  const kinds = [
    includeReplies !== 'true' && 'replies',
    includeRetweets !== 'true' && 'reposts',
  ].filter((kind) => kind !== false);
  const [first] = kinds;
  if (first === undefined) return '';
  const what = kinds.join(' and ');
  return ` ${what.charAt(0).toUpperCase()}${what.slice(1)} are left out.`;
}

function theArchive(name: string | undefined): string {
  return trimmed(name) === '' ? 'the archive you choose' : `the archive ${isolated(trimmed(name))}`;
}
