import { setImmediate as nextTurn } from 'node:timers/promises';
import { asTyped } from '../../find/index.ts';
import type { FindFilters, WordMatch } from '../../find/query.ts';
import type { FoundKey } from '../finding.ts';
import type { ByTime } from './by_time.ts';
import type { Collecting } from './collecting.ts';
import type { Conditions } from './conditions.ts';
import { createKeptAnswers } from './kept.ts';
import type { Queries } from './queries.ts';

/** bm25 takes 0.9 µs for each match: the ones that were collected last are compared. */
const MAX_RANKED = 50_000;

/**
 * What is ranked in one turn of the event loop: posts, and keys among which they are. For each part bm25
 * counts anew how many posts have each word: 25 ms for a word in 730,000 posts.
 */
const PART = { posts: 25_000, keys: 100_000 };

/** Of text, author's name, what is attached, stems and facts. */
const SCORE = '-bm25(post_words, 1.0, 1.0, 0.5, 0.8, 0.0) AS score';

const RANKED = `
  SELECT rowid AS key, ${SCORE} FROM post_words
  WHERE post_words MATCH $match AND rowid < $before ORDER BY rowid DESC LIMIT ${PART.posts}`;

// With a plain rowid, bm25 would count anew for each post: a minute for a frequent word of an author.
const RANKED_AMONG = `
  SELECT rowid AS key, ${SCORE} FROM post_words
  WHERE post_words MATCH $match AND rowid BETWEEN $from AND $to
  AND +rowid IN (SELECT value FROM json_each($keys))`;

interface RankingDeps {
  queries: Queries;
  byTime: ByTime;
  collected: Collecting;
  conditionsOf(filters: FindFilters, words?: WordMatch): Conditions;
}

/** The best matches by bm25; of what cannot be ranked, the newest. */
function createBestByScore({ queries: { all }, byTime, collected }: RankingDeps) {
  async function amongAll({ bindings }: Conditions, limit: number): Promise<FoundKey[]> {
    let found: FoundKey[] = [];
    let before = Number.MAX_SAFE_INTEGER;
    for (let ranked = 0; ranked < MAX_RANKED; ranked += PART.posts) {
      const part = all<FoundKey>(RANKED, { ...bindings, before });
      before = part.at(-1)?.key ?? 0;
      found = [...found, ...part].sort(byScore).slice(0, limit);
      if (part.length < PART.posts) break;
      await nextTurn();
    }
    return found;
  }

  /** @param keys descending */
  async function amongThese(
    { bindings }: Conditions,
    keys: number[],
    limit: number,
  ): Promise<FoundKey[]> {
    let found: FoundKey[] = [];
    for (const { from, to, part } of partsOf(keys)) {
      const between = { ...bindings, from, to, keys: JSON.stringify(part) };
      found.push(...all<FoundKey>(RANKED_AMONG, between));
      found = found.sort(byScore).slice(0, limit);
      await nextTurn();
    }
    return found;
  }

  return async function best(conditions: Conditions, limit: number): Promise<FoundKey[]> {
    const { match, isEmpty, indexed, others } = conditions;
    if (isEmpty) return [];
    if (!match || match.isExcluded) {
      const places = await byTime.newest(conditions, limit);
      return places.map(({ key }) => ({ key, score: 0 }));
    }
    if (indexed.length + others.length === 0) return amongAll(conditions, limit);
    const { keys } = await collected(conditions, { limit: MAX_RANKED });
    return amongThese(conditions, keys.slice(0, MAX_RANKED), limit);
  };
}

function* partsOf(keys: number[]): Generator<{ from: number; to: number; part: number[] }> {
  let start = 0;
  for (let at = 1; at <= keys.length; at++) {
    const to = keys[start] as number;
    const isWhole =
      at === keys.length || at - start === PART.posts || to - (keys[at] as number) > PART.keys;
    if (!isWhole) continue;
    yield { from: keys[at - 1] as number, to, part: keys.slice(start, at) };
    start = at;
  }
}

const byScore = (a: FoundKey, b: FoundKey) => b.score - a.score || b.key - a.key;

/**
 * The best matches, those with all words as they were typed before those with other forms: bm25 alone may
 * prefer a rare stem of one language to the very word of another.
 */
export function createRanking(deps: RankingDeps) {
  const { conditionsOf } = deps;
  const best = createBestByScore(deps);
  const kept = createKeptAnswers<FoundKey[]>(deps.queries);

  async function rank(words: WordMatch, filters: FindFilters, limit: number): Promise<FoundKey[]> {
    const typed = asTyped(words);
    const first = typed ? await best(conditionsOf(filters, typed), limit) : [];
    if (first.length >= limit) return first;
    const isFirst = new Set(first.map(({ key }) => key));
    const all = await best(conditionsOf(filters, words), limit + first.length);
    return [...first, ...all.filter(({ key }) => !isFirst.has(key))].slice(0, limit);
  }

  return async function ranked(
    words: WordMatch,
    filters: FindFilters,
    limit: number,
  ): Promise<FoundKey[]> {
    const name = JSON.stringify([words, filters, limit]);
    const known = kept.get(name);
    if (known) return known;
    const version = kept.version();
    const made = await rank(words, filters, limit);
    kept.set(name, made, version);
    return made;
  };
}
