import { CONDITION_COLUMNS, type Conditions } from './conditions.ts';
import { where } from './queries.ts';

/** The place of a post in a list by time. */
export interface Place {
  created_at: number;
  key: number;
}

export const MATCHES = 'SELECT rowid FROM post_words WHERE post_words MATCH $match';
const IS_MATCH = `EXISTS (${MATCHES} AND rowid = posts.key)`;
const AFTER = '(created_at, key) < ($created_at, $key)';
const NEWEST_FIRST = 'ORDER BY created_at DESC, key DESC LIMIT $limit';

/** Whether a walk may pass posts without finding any. */
export function isNarrowing({ match, others }: Conditions): boolean {
  return match !== undefined && !(match.isExcluded && others.length === 0);
}

export function matchTest({ match }: Conditions): string[] {
  if (!match) return [];
  const set = `IN (${MATCHES})`;
  if (match.hasPrefix) return [match.isExcluded ? `key NOT ${set}` : `key ${set}`];
  return [match.isExcluded ? `NOT ${IS_MATCH}` : IS_MATCH];
}

export function walkSql(conditions: Conditions, after?: Place): string {
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

export function gatherSql({ indexed, others }: Conditions, after?: Place): string {
  const tests = [...indexed, ...others, ...(after ? [AFTER] : [])];
  return `SELECT key, created_at FROM post_words CROSS JOIN posts ON posts.key = post_words.rowid
    WHERE ${['post_words MATCH $match', ...tests].join(' AND ')} ${NEWEST_FIRST}`;
}

// The + keeps the planner from fetching and sorting every match.
export function setSql({ indexed, others, match }: Conditions, after?: Place): string {
  const isIn = `+key ${match?.isExcluded ? 'NOT IN' : 'IN'} (${MATCHES})`;
  const tests = [isIn, ...indexed, ...others, ...(after ? [AFTER] : [])];
  return `SELECT key, created_at FROM posts ${where(tests)} ${NEWEST_FIRST}`;
}
