import type { Database } from 'bun:sqlite';
import { everyMatch, type IndexMatch, indexMatch } from '../../find/index.ts';
import type { FindFilters, WordMatch } from '../../find/query.ts';
import { createUsernames } from '../author_names.ts';
import { excludedFacts, factConditions, needsThreads, sourceConditions } from './facts.ts';
import type { Bindings } from './queries.ts';

/** What posts must meet, as SQL on the table `posts` and as an expression for the index of words. */
export interface Conditions {
  /** Nothing can meet them. */
  isEmpty: boolean;
  match?: IndexMatch;
  /** Those that an index of `posts` answers. */
  indexed: string[];
  /** Those for which a post's row must be read. */
  others: string[];
  bindings: Bindings;
}

/** The columns of the index with words as they are written. */
const AS_WRITTEN = ['text', 'author_name', 'attached'];

// Archives and Bluesky call what continues one's own thread a post, which names the thread's first one. A post
// that begins a thread may not say so: another one of its author does.
const IN_THREAD = `(
  kind = 'reply' AND in_reply_to_author = author COLLATE NOCASE
  OR kind = 'post' AND (posts.thread_id <> posts.id OR EXISTS (
    SELECT 1 FROM posts AS later
    WHERE later.source = posts.source AND later.thread_id = posts.id
    AND later.author = posts.author AND later.key <> posts.key)))`;

/** The columns that `indexed` and `others` read. */
export const CONDITION_COLUMNS =
  'key, created_at, source, id, kind, author, in_reply_to_author, thread_id, likes';

export function createConditions(db: Database) {
  const { usernameOf } = createUsernames(db);
  /** Posts of an account that was known by its id alone have its name as soon as that is known. */
  const nameOf = (author: string) => usernameOf('bluesky', author) ?? author;

  return function conditionsOf(filters: FindFilters, words?: WordMatch): Conditions {
    const { match, isEmpty } = matchOf(filters, words);
    return {
      isEmpty,
      ...(match && { match }),
      indexed: indexedConditions(filters, words !== undefined),
      others: otherConditions(filters),
      bindings: {
        ...(match && { match: match.expression, listed: match.expression }),
        ...oneOrMore('author', filters.authors.map(nameOf)),
        ...oneOrMore('source', filters.sources),
        notAuthors: JSON.stringify(filters.notAuthors.map(nameOf)),
        since: filters.since ?? 0,
        until: filters.until ?? 0,
        minLikes: filters.minLikes ?? 0,
        maxLikes: filters.maxLikes ?? 0,
      },
    };
  };
}

function oneOrMore(name: string, values: string[]): Bindings {
  return values.length === 1
    ? { [name]: values[0] as string }
    : { [`${name}s`]: JSON.stringify(values) };
}

/** Conditions on facts and words as one match, because SQLite joins them within the index. */
function matchOf(
  filters: FindFilters,
  words?: WordMatch,
): { match?: IndexMatch; isEmpty: boolean } {
  const match = words && indexMatch(words, AS_WRITTEN);
  const conditions = factConditions(filters);
  if (words) conditions.push(...sourceConditions(filters.sources));
  const facts = [
    ...conditions.map((expression) => ({ expression, isExcluded: false, hasPrefix: false })),
    ...excludedFacts(filters).map((expression) => ({
      expression,
      isExcluded: true,
      hasPrefix: false,
    })),
  ];
  return {
    match: everyMatch([...(match ? [match] : []), ...facts]),
    isEmpty: words !== undefined && !match,
  };
}

function indexedConditions(filters: FindFilters, hasWords: boolean): string[] {
  const { authors, sources, since, until } = filters;
  const conditions: string[] = [];
  if (!hasWords && sources.length === 1) conditions.push('source = $source');
  if (!hasWords && sources.length > 1)
    conditions.push('source IN (SELECT value FROM json_each($sources))');
  if (authors.length === 1) conditions.push('author = $author');
  if (authors.length > 1) conditions.push('author IN (SELECT value FROM json_each($authors))');
  if (since !== undefined) conditions.push('created_at >= $since');
  if (until !== undefined) conditions.push('created_at < $until');
  return conditions;
}

function otherConditions(filters: FindFilters): string[] {
  const { notAuthors, minLikes, maxLikes, kinds, notKinds = [] } = filters;
  const conditions: string[] = [];
  if (notAuthors.length > 0)
    conditions.push('author NOT IN (SELECT value FROM json_each($notAuthors))');
  if (minLikes !== undefined) conditions.push('likes >= $minLikes');
  if (maxLikes !== undefined) conditions.push('coalesce(likes, 0) < $maxLikes');
  if (notKinds.includes('thread')) conditions.push(`${IN_THREAD} IS NOT TRUE`);
  if (needsThreads(filters)) {
    const named = kinds.filter((kind) => kind !== 'thread').map((kind) => `kind = '${kind}'`);
    conditions.push(`(${[...named, IN_THREAD].join(' OR ')})`);
  }
  return conditions;
}
