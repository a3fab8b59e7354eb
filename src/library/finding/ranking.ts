import type { FoundKey, KeySet } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import { has, keysIn } from './key_sets.ts';
import type { Queries } from './queries.ts';

/** bm25 takes 0.9 µs for each match: these newest ones are compared. */
const MAX_RANKED = 50_000;

/** So many are looked up one by one instead of passing all matches. */
const MAX_LOOKED_UP = 5_000;

/** Of text, author's name, what is attached, stems and facts. */
const SCORE = '-bm25(post_words, 1.0, 1.0, 0.5, 0.8, 0.0) AS score';
const BEST_FIRST = 'ORDER BY score DESC, key DESC LIMIT $limit';

/** The best matches by bm25 among those that `among` has, when it is given. */
export function createRanking({ all, iterate }: Queries) {
  const ranked = ({ bindings }: Conditions, limit: number) =>
    all<FoundKey>(
      `SELECT key, score FROM (
        SELECT rowid AS key, ${SCORE} FROM post_words
        WHERE post_words MATCH $match ORDER BY rowid DESC LIMIT ${MAX_RANKED}
      ) ${BEST_FIRST}`,
      { ...bindings, limit },
    );

  function rankedAmongFew({ bindings }: Conditions, limit: number, among: KeySet): FoundKey[] {
    const sql = `SELECT rowid AS key, ${SCORE} FROM post_words
      WHERE post_words MATCH $match AND rowid IN (SELECT value FROM json_each($keys)) ${BEST_FIRST}`;
    return all<FoundKey>(sql, { ...bindings, limit, keys: JSON.stringify([...keysIn(among)]) });
  }

  function rankedAmongMany({ bindings }: Conditions, limit: number, among: KeySet): FoundKey[] {
    const sql = `SELECT rowid AS key, ${SCORE} FROM post_words WHERE post_words MATCH $match ORDER BY rowid DESC`;
    const found: FoundKey[] = [];
    for (const row of iterate<FoundKey>(sql, bindings)) {
      if (!has(among, row.key)) continue;
      found.push(row);
      if (found.length === MAX_RANKED) break;
    }
    return found.sort((a, b) => b.score - a.score || b.key - a.key).slice(0, limit);
  }

  return function rank(conditions: Conditions, limit: number, among?: KeySet): FoundKey[] {
    if (!among) return ranked(conditions, limit);
    const isFew = among.size <= MAX_LOOKED_UP;
    return (isFew ? rankedAmongFew : rankedAmongMany)(conditions, limit, among);
  };
}
