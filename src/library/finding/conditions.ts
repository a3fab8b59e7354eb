import type { Database } from 'bun:sqlite';
import { everyMatch, type IndexMatch, indexMatch } from '../../find/index.ts';
import type { FindFilters, WordMatch } from '../../find/query.ts';
import { createUsernames } from '../author_names.ts';
import {
  authorConditions,
  excludedAuthors,
  excludedFacts,
  factConditions,
  needsThreads,
  sourceConditions,
} from './facts.ts';
import { type Bindings, createQueries } from './queries.ts';
import { createIndexCheck } from './reindexing.ts';
import { createWordsFrom } from './words_from.ts';

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
  /** What lists the newest matches: SQLite merges all words that begin so before it gives the first one. */
  listed(): string;
}

/** The columns of the index with words as they are written. */
export const AS_WRITTEN = ['text', 'author_name', 'attached'];

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

/** What the index of words is asked for. */
interface Asked {
  filters: FindFilters;
  words: WordMatch | undefined;
  /**
   * It has the authors of all posts, and words are asked for. By authors alone `posts_by_author` is faster, and what
   * excluded words leave is listed by time.
   */
  hasAuthors: boolean;
}

export function createConditions(db: Database) {
  const { usernameOf } = createUsernames(db);
  /** Posts of an account that was known by its id alone have its name as soon as that is known. */
  const nameOf = (author: string) => usernameOf('bluesky', author) ?? author;
  const isIndexed = createIndexCheck(db);
  const wordsFrom = createWordsFrom(createQueries(db));

  function listedOf(asked: Asked, match: IndexMatch | undefined): string {
    const listed = asked.words && match?.hasPrefix ? matchOf(asked, wordsFrom()) : match;
    return listed?.expression ?? '';
  }

  return function conditionsOf(typed: FindFilters, words?: WordMatch): Conditions {
    const authors = typed.authors.map(nameOf);
    const notAuthors = typed.notAuthors.map(nameOf);
    const filters = { ...typed, authors, notAuthors };
    const sought = words && indexMatch(words, AS_WRITTEN);
    const isByAuthor = authors.length + notAuthors.length > 0;
    const hasAuthors = sought?.isExcluded === false && isByAuthor && isIndexed();
    const asked = { filters, words, hasAuthors };
    const match = matchOf(asked);
    return {
      isEmpty: words !== undefined && !sought,
      ...(match && { match }),
      indexed: indexedConditions(asked),
      others: otherConditions(asked),
      bindings: {
        ...(match && { match: match.expression }),
        ...oneOrMore('author', authors),
        ...oneOrMore('source', filters.sources),
        notAuthors: JSON.stringify(notAuthors),
        since: filters.since ?? 0,
        until: filters.until ?? 0,
        minLikes: filters.minLikes ?? 0,
        maxLikes: filters.maxLikes ?? 0,
      },
      listed: () => listedOf(asked, match),
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
  { filters, words, hasAuthors }: Asked,
  wordsFrom?: (beginning: string) => string[],
): IndexMatch | undefined {
  const match = words && indexMatch(words, AS_WRITTEN, wordsFrom);
  const conditions = factConditions(filters);
  const excluded = excludedFacts(filters);
  if (words) conditions.push(...sourceConditions(filters.sources));
  if (hasAuthors) {
    conditions.push(...authorConditions(filters.authors));
    excluded.push(...excludedAuthors(filters.notAuthors));
  }
  return everyMatch([
    ...(match ? [match] : []),
    ...conditions.map((expression) => factMatch(expression, false)),
    ...excluded.map((expression) => factMatch(expression, true)),
  ]);
}

function factMatch(expression: string, isExcluded: boolean): IndexMatch {
  return { expression, isExcluded, hasPrefix: false, tree: { term: expression, isPrefix: false } };
}

function indexedConditions({ filters, words, hasAuthors }: Asked): string[] {
  const { sources, since, until } = filters;
  const authors = hasAuthors ? [] : filters.authors;
  const conditions: string[] = [];
  if (!words && sources.length === 1) conditions.push('source = $source');
  if (!words && sources.length > 1)
    conditions.push('source IN (SELECT value FROM json_each($sources))');
  if (authors.length === 1) conditions.push('author = $author');
  if (authors.length > 1) conditions.push('author IN (SELECT value FROM json_each($authors))');
  if (since !== undefined) conditions.push('created_at >= $since');
  if (until !== undefined) conditions.push('created_at < $until');
  return conditions;
}

function otherConditions({ filters, hasAuthors }: Asked): string[] {
  const { notAuthors, minLikes, maxLikes, kinds, notKinds = [] } = filters;
  const conditions: string[] = [];
  if (notAuthors.length > 0 && !hasAuthors)
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
