import { CONDITION_COLUMNS, type Conditions } from './conditions.ts';
import { where } from './queries.ts';

/** The place of a post in a list by time. */
export interface Place {
  created_at: number;
  key: number;
}

export const MATCHES = 'SELECT rowid FROM post_words WHERE post_words MATCH $match';
const AFTER = '(created_at, posts.key) < ($created_at, $key)';
const NEWEST_FIRST = 'ORDER BY created_at DESC, key DESC LIMIT $limit';

/**
 * Whether a post matches, by the set of all that do: faster than looking up more than a thousand posts.
 * @param among a condition that all the posts meet that are tested.
 */
export function setTest({ match }: Conditions, among?: string): string[] {
  if (!match) return [];
  const matches = among ? `${MATCHES} AND ${among}` : MATCHES;
  return [`+key ${match.isExcluded ? 'NOT IN' : 'IN'} (${matches})`];
}

/** Without the words of the conditions. */
export function walkSql({ indexed, others }: Conditions, after?: Place): string {
  const reached = [...indexed, ...(after ? [AFTER] : [])];
  if (others.length === 0)
    return `SELECT key, created_at FROM posts ${where(reached)} ${NEWEST_FIRST}`;
  return `SELECT key, created_at FROM (
      SELECT ${CONDITION_COLUMNS} FROM posts ${where(reached)}
      ORDER BY created_at DESC, key DESC LIMIT $examined
    ) AS posts ${where(others)} ${NEWEST_FIRST}`;
}

/** Of the matches that are listed. */
export function gatherSql({ indexed, others }: Conditions, after?: Place): string {
  const tests = [...indexed, ...others, ...(after ? [AFTER] : [])];
  return `SELECT posts.key, created_at
    FROM json_each($keys) AS given CROSS JOIN posts ON posts.key = given.value
    ${where(tests)} ORDER BY created_at DESC, posts.key DESC LIMIT $limit`;
}

// The + keeps the planner from fetching and sorting every match.
export function setSql(conditions: Conditions, after?: Place): string {
  const { indexed, others } = conditions;
  const tests = [...setTest(conditions), ...indexed, ...others, ...(after ? [AFTER] : [])];
  return `SELECT key, created_at FROM posts ${where(tests)} ${NEWEST_FIRST}`;
}
