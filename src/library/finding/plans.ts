import type { CappedCount } from '../finding.ts';
import { CONDITION_COLUMNS, type Conditions } from './conditions.ts';
import { type Bindings, type Queries, where } from './queries.ts';

/** The place of a post in a list by time. */
export interface Place {
  created_at: number;
  key: number;
}

/** Posts that are looked at one by one before another plan is taken, or counting stops. */
export const MAX_EXAMINED = 20_000;

/** What a walk costs for each post that it passes, and a gathering for each match, in µs. */
const COST = { passed: 0.8, gathered: 1.5 };

const MATCHES = 'SELECT rowid FROM post_words WHERE post_words MATCH $match';
const IS_MATCH = `EXISTS (${MATCHES} AND rowid = posts.key)`;
const AFTER = '(created_at, key) < ($created_at, $key)';
const NEWEST_FIRST = 'ORDER BY created_at DESC, key DESC LIMIT $limit';

/**
 * - `walk`: through the posts by time, looking each up in the index of words. For frequent words: 0.6 ms
 *   for one in 730,000 of a million posts, but 820 ms for a rare one, and seconds for a prefix.
 * - `gather`: all matches, then sorted. For rare words.
 * - `set`: the keys of all matches as a set, then through the posts by time. For the rest; 90 ms for
 *   730,000 matches.
 */
type Plan = 'walk' | 'gather' | 'set';

/** How finds are answered by SQLite: which plan is fast depends on how many posts match. */
export function createPlans({ all, one }: Queries) {
  const capped = (select: string, bindings: Bindings, cap: number) =>
    one<{ total: number }>(`SELECT count(*) AS total FROM (${select} LIMIT $cap)`, {
      ...bindings,
      cap,
    }).total;

  const countMatches = ({ bindings }: Conditions, cap: number) => capped(MATCHES, bindings, cap);

  /** The number of posts that the indexed conditions leave, up to a limit. */
  function countIndexed({ indexed, bindings }: Conditions): number {
    if (indexed.length === 0) return newestKey();
    return capped(`SELECT 1 FROM posts ${where(indexed)}`, bindings, MAX_EXAMINED + 1);
  }

  const newestKey = () => one<{ key: number | null }>('SELECT max(key) AS key FROM posts').key ?? 0;

  function planOf(conditions: Conditions, limit: number): Plan {
    const { match } = conditions;
    if (!match) return 'walk';
    if (match.isExcluded) return match.hasPrefix ? 'set' : 'walk';
    const matches = countMatches(conditions, MAX_EXAMINED + 1);
    if (matches === 0) return 'gather';
    const passed = Math.min(countIndexed(conditions), (limit * newestKey()) / matches);
    if (!match.hasPrefix && passed * COST.passed < matches * COST.gathered) return 'walk';
    return matches > MAX_EXAMINED ? 'set' : 'gather';
  }

  function page(conditions: Conditions, limit: number, after?: Place): Place[] {
    if (conditions.isEmpty) return [];
    const plan = planOf(conditions, limit);
    const bindings = { ...conditions.bindings, ...after, limit };
    if (plan === 'walk') {
      const places = walk(conditions, bindings, after);
      if (places) return places;
    }
    const sql = plan === 'gather' ? gatherSql(conditions, after) : setSql(conditions, after);
    return all<Place>(sql, bindings);
  }

  /** @returns nothing when the posts passed did not fill the page: the matches are elsewhere. */
  function walk(conditions: Conditions, bindings: Bindings, after?: Place): Place[] | undefined {
    const sql = walkSql(conditions, after);
    const places = all<Place>(sql, { ...bindings, examined: MAX_EXAMINED });
    const { match } = conditions;
    const isFull = places.length === bindings.limit || !isNarrowing(conditions);
    return isFull || (match && countIndexed(conditions) <= MAX_EXAMINED) ? places : undefined;
  }

  /** The keys of so many posts, the newest or those collected last, whichever is faster. */
  function some(conditions: Conditions, limit: number): number[] {
    const { isEmpty, match, indexed, others, bindings } = conditions;
    if (isEmpty) return [];
    if (!match || match.isExcluded || indexed.length + others.length > 0)
      return page(conditions, limit).map(({ key }) => key);
    const sql = `${MATCHES} ORDER BY rowid DESC LIMIT $limit`;
    return all<{ rowid: number }>(sql, { ...bindings, limit }).map(({ rowid }) => rowid);
  }

  function count(conditions: Conditions, cap: number): CappedCount {
    const { isEmpty, match, indexed, others, bindings } = conditions;
    if (isEmpty) return { count: 0, isCapped: false };
    const isByWords = match && !match.isExcluded;
    if (others.length === 0 && (indexed.length === 0 || !match) && (isByWords || !match)) {
      const select = match ? MATCHES : `SELECT 1 FROM posts ${where(indexed)}`;
      const count = capped(select, bindings, cap);
      return { count, isCapped: count === cap };
    }
    return countExamined(conditions, cap);
  }

  /** Counts among the first so many posts. */
  function countExamined(conditions: Conditions, cap: number): CappedCount {
    const { match, indexed, others, bindings } = conditions;
    const isByWords =
      match &&
      !match.isExcluded &&
      (indexed.length === 0 || countMatches(conditions, MAX_EXAMINED + 1) <= MAX_EXAMINED);
    const from = isByWords
      ? `SELECT ${CONDITION_COLUMNS} FROM (${MATCHES} ORDER BY rowid DESC LIMIT $examined) AS found
        CROSS JOIN posts ON posts.key = found.rowid`
      : `SELECT ${CONDITION_COLUMNS} FROM posts ${where(indexed)} ORDER BY created_at DESC LIMIT $examined`;
    const tests = isByWords ? [...indexed, ...others] : [...others, ...matchTest(conditions)];
    const sql = `SELECT count(*) AS examined, coalesce(sum(${tests.join(' AND ')}), 0) AS found FROM (${from}) AS posts`;
    const { examined, found } = one<{ examined: number; found: number }>(sql, {
      ...bindings,
      examined: MAX_EXAMINED,
    });
    const isCapped = examined === MAX_EXAMINED || found >= cap;
    return { count: Math.min(found, cap), isCapped };
  }

  return { page, some, count };
}

export type Plans = ReturnType<typeof createPlans>;

/** Whether a walk may pass posts without finding any. */
function isNarrowing({ match, others }: Conditions): boolean {
  return match !== undefined && !(match.isExcluded && others.length === 0);
}

function matchTest({ match }: Conditions): string[] {
  if (!match) return [];
  const set = `IN (${MATCHES})`;
  if (match.hasPrefix) return [match.isExcluded ? `key NOT ${set}` : `key ${set}`];
  return [match.isExcluded ? `NOT ${IS_MATCH}` : IS_MATCH];
}

function walkSql(conditions: Conditions, after?: Place): string {
  const { indexed, others, match } = conditions;
  const tests = [...others, ...matchTest(conditions)];
  const reached = [...indexed, ...(after ? [AFTER] : [])];
  if (!match || !isNarrowing(conditions))
    return `SELECT key, created_at FROM posts ${where([...reached, ...tests])} ${NEWEST_FIRST}`;
  const columns = others.length === 0 ? 'key, created_at' : CONDITION_COLUMNS;
  return `SELECT key, created_at FROM (
      SELECT ${columns} FROM posts ${where(reached)}
      ORDER BY created_at DESC, key DESC LIMIT $examined
    ) AS posts ${where(tests)} ${NEWEST_FIRST}`;
}

function gatherSql({ indexed, others }: Conditions, after?: Place): string {
  const tests = [...indexed, ...others, ...(after ? [AFTER] : [])];
  return `SELECT key, created_at FROM post_words CROSS JOIN posts ON posts.key = post_words.rowid
    WHERE ${['post_words MATCH $match', ...tests].join(' AND ')} ${NEWEST_FIRST}`;
}

// The + keeps the planner from fetching and sorting every match.
function setSql({ indexed, others, match }: Conditions, after?: Place): string {
  const isIn = `+key ${match?.isExcluded ? 'NOT IN' : 'IN'} (${MATCHES})`;
  const tests = [isIn, ...indexed, ...others, ...(after ? [AFTER] : [])];
  return `SELECT key, created_at FROM posts ${where(tests)} ${NEWEST_FIRST}`;
}
