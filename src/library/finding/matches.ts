import type { WordMatches } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { MATCHES } from './plan_sql.ts';
import type { Queries } from './queries.ts';

/** Of words that many posts have, the posts are counted among these newest keys. */
const SAMPLED_KEYS = 20_000;

/** Finds which posts have certain words, without reading the posts. */
export function createMatches({ all, one }: Queries, { newestKey }: Pick<Counts, 'newestKey'>) {
  function matchesOf(conditions: Conditions, limit: number): WordMatches {
    const { match, bindings } = conditions;
    if (!match || match.isExcluded) return { keys: [], count: match ? newestKey() : 0 };
    const sql = `${MATCHES} ORDER BY rowid DESC LIMIT $limit`;
    const rows = all<{ rowid: number }>(sql, { ...bindings, limit: limit + 1 });
    const keys = rows.slice(0, limit).map(({ rowid }) => rowid);
    return { keys, count: rows.length > limit ? estimated(conditions, limit) : keys.length };
  }

  function estimated({ bindings }: Conditions, least: number): number {
    const newest = newestKey();
    const { count } = one<{ count: number }>(
      `SELECT count(*) AS count FROM post_words WHERE post_words MATCH $match AND rowid > $after`,
      { ...bindings, after: newest - SAMPLED_KEYS },
    );
    return Math.max(least + 1, Math.round((count * newest) / Math.min(newest, SAMPLED_KEYS)));
  }

  function matchesAmong({ match, bindings }: Conditions, keys: number[]): number[] {
    if (!match || match.isExcluded || keys.length === 0) return [];
    const sql = `${MATCHES} AND rowid IN (SELECT value FROM json_each($keys))`;
    return all<{ rowid: number }>(sql, { ...bindings, keys: JSON.stringify(keys) }).map(
      ({ rowid }) => rowid,
    );
  }

  return { matchesOf, matchesAmong };
}
