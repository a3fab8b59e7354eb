import type { Database } from 'bun:sqlite';
import type { FindFilters, WordMatch } from '../../find/query.ts';
import { createUsernames } from '../author_names.ts';
import { factConditions, needsThreads } from './facts.ts';
import { every, type Match, toMatch } from './match.ts';
import type { Bindings } from './queries.ts';

/** What posts must meet, as SQL on the table `posts` and as an expression for the index of words. */
export interface Conditions {
  /** Nothing can meet them. */
  isEmpty: boolean;
  match?: Match;
  /** Those that an index of `posts` answers. */
  indexed: string[];
  /** Those for which a post's row must be read. */
  others: string[];
  bindings: Bindings;
}

// A post that begins a thread does not say so: a reply of its author to it does.
const IN_THREAD = `(
  kind = 'reply' AND in_reply_to_author = author COLLATE NOCASE
  OR kind = 'post' AND EXISTS (
    SELECT 1 FROM posts AS later
    WHERE later.source = posts.source AND later.thread_id = posts.id
    AND later.author = posts.author AND later.key <> posts.key))`;

/** The columns that `indexed` and `others` read. */
export const CONDITION_COLUMNS =
  'key, created_at, source, id, kind, author, in_reply_to_author, thread_id, likes';

export function createConditions(db: Database) {
  const { usernameOf } = createUsernames(db);
  /** Posts of an account that was known by its id alone have its name as soon as that is known. */
  const nameOf = (author: string) => usernameOf('bluesky', author) ?? author;

  return function conditionsOf(filters: FindFilters, words?: WordMatch): Conditions {
    const { match, isEmpty } = matchOf(filters, words);
    const authors = filters.authors.map(nameOf);
    return {
      isEmpty,
      ...(match && { match }),
      indexed: indexedConditions(filters),
      others: otherConditions(filters),
      bindings: {
        ...(match && { match: match.expression }),
        ...(authors.length === 1 && { author: authors[0] as string }),
        ...(authors.length > 1 && { authors: JSON.stringify(authors) }),
        ...(filters.notAuthors.length > 0 && {
          notAuthors: JSON.stringify(filters.notAuthors.map(nameOf)),
        }),
        ...(filters.since !== undefined && { since: filters.since }),
        ...(filters.until !== undefined && { until: filters.until }),
        ...(filters.minLikes !== undefined && { minLikes: filters.minLikes }),
      },
    };
  };
}

/** Conditions on facts and words as one match, because SQLite joins them within the index. */
function matchOf(filters: FindFilters, words?: WordMatch): { match?: Match; isEmpty: boolean } {
  const match = words && toMatch(words);
  const facts = factConditions(filters).map((expression) => ({
    expression,
    isExcluded: false,
    hasPrefix: false,
  }));
  return {
    match: every([...(match ? [match] : []), ...facts]),
    isEmpty: words !== undefined && !match,
  };
}

function indexedConditions({ authors, since, until }: FindFilters): string[] {
  const conditions: string[] = [];
  if (authors.length === 1) conditions.push('author = $author');
  if (authors.length > 1) conditions.push('author IN (SELECT value FROM json_each($authors))');
  if (since !== undefined) conditions.push('created_at >= $since');
  if (until !== undefined) conditions.push('created_at < $until');
  return conditions;
}

function otherConditions(filters: FindFilters): string[] {
  const { notAuthors, minLikes, kinds } = filters;
  const conditions: string[] = [];
  if (notAuthors.length > 0)
    conditions.push('author NOT IN (SELECT value FROM json_each($notAuthors))');
  if (minLikes !== undefined) conditions.push('likes >= $minLikes');
  if (needsThreads(filters)) {
    const named = kinds.filter((kind) => kind !== 'thread').map((kind) => `kind = '${kind}'`);
    conditions.push(`(${[...named, IN_THREAD].join(' OR ')})`);
  }
  return conditions;
}
