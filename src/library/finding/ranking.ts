import { setImmediate as nextTurn } from 'node:timers/promises';
import { noFilters } from '../../find/filters.ts';
import { asTyped } from '../../find/index.ts';
import type { FindFilters, WordMatch } from '../../find/query.ts';
import type { FoundKey } from '../finding.ts';
import type { ByTime } from './by_time.ts';
import type { Collecting } from './collecting.ts';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { createKeptAnswers, keptOr } from './kept.ts';
import { MAX_RANKED } from './newest_matches.ts';
import type { Queries } from './queries.ts';

/**
 * Keys among which posts are ranked in one turn of the event loop. For each part bm25 counts anew how many
 * posts have each word.
 */
const PART_KEYS = 500_000;

/**
 * bm25 gives no weight to a word that this share of the posts has, after counting all of them: 25 ms for a word in 730,000
 * posts, and as much for each part. Such words are left out where there are many posts.
 */
const NO_WEIGHT = { share: 0.5, posts: 50_000 };

/** It takes 1.2 µs for each match. Of text, author's name, what is attached, stems and facts. */
const SCORE = '-bm25(post_words, 1.0, 1.0, 0.5, 0.8, 0.0) AS score';

const BEST_FIRST = 'ORDER BY score DESC, key DESC LIMIT $limit';

const RANKED = `
  SELECT key, score FROM (
    SELECT rowid AS key, ${SCORE} FROM post_words
    WHERE post_words MATCH $match ORDER BY rowid DESC LIMIT ${MAX_RANKED})
  ${BEST_FIRST}`;

// With a plain rowid, bm25 would count anew for each post: a minute for a frequent word of an author.
// Without the inner limit, it would be computed again to sort the posts.
const RANKED_AMONG = `
  SELECT key, score FROM (
    SELECT rowid AS key, ${SCORE} FROM post_words
    WHERE post_words MATCH $scored AND rowid BETWEEN $from AND $to
    AND +rowid IN (SELECT value FROM json_each($keys)) LIMIT ${MAX_RANKED})
  ${BEST_FIRST}`;

/** Of so many times as many matches as are ranked, all are scored: to leave out the others first takes longer. */
const MAX_SCORED_IN_VAIN = 2;

const COUNT_BETWEEN = `
  SELECT count(*) AS total FROM (
    SELECT 1 FROM post_words WHERE post_words MATCH $scored AND rowid BETWEEN $from AND $to LIMIT $most)`;

const SCORED_BETWEEN = `
  SELECT rowid AS key, ${SCORE} FROM post_words
  WHERE post_words MATCH $scored AND rowid BETWEEN $from AND $to`;

interface RankingDeps {
  queries: Queries;
  byTime: ByTime;
  collected: Collecting;
  counts: Pick<Counts, 'newestKey' | 'newestMatches' | 'setOf' | 'shareOfLast'>;
  conditionsOf(filters: FindFilters, words?: WordMatch): Conditions;
}

/** @returns a function that leaves out of a query what says nothing about how good a match is. */
function createWeighing({ counts, conditionsOf }: RankingDeps) {
  const hasWeight = (part: WordMatch) => {
    const conditions = conditionsOf(noFilters(), part);
    if (!conditions.match || conditions.match.isExcluded) return false;
    // A list that is read for this is used to count and list, too.
    counts.setOf(conditions);
    return counts.shareOfLast(conditions) < NO_WEIGHT.share;
  };
  return function weighty(words: WordMatch): WordMatch | undefined {
    if (counts.newestKey() < NO_WEIGHT.posts) return words;
    const parts = 'all' in words ? words.all : [words];
    const some = parts.filter(hasWeight);
    if (some.length === parts.length) return words;
    return some.length === 0 ? undefined : { all: some };
  };
}

/** The best matches by bm25; of what cannot be ranked, the newest. */
function createBestByScore(deps: RankingDeps) {
  const { queries, byTime, collected, counts, conditionsOf } = deps;
  const weighty = createWeighing(deps);

  /** The scores of these keys, which are descending: of all, or of so many that are best. */
  function scoresOf(scored: string, keys: number[], limit: number): FoundKey[] {
    const between = { scored, from: keys.at(-1) ?? 0, to: keys[0] ?? 0 };
    const most = MAX_SCORED_IN_VAIN * keys.length;
    const { total } = queries.one<{ total: number }>(COUNT_BETWEEN, { ...between, most: most + 1 });
    if (total > most)
      return queries.all<FoundKey>(RANKED_AMONG, { ...between, limit, keys: JSON.stringify(keys) });
    const wanted = new Set(keys);
    const scores = queries.all<FoundKey>(SCORED_BETWEEN, between);
    return scores.filter(({ key }) => wanted.has(key));
  }

  async function amongThese(scored: string, keys: number[], limit: number): Promise<FoundKey[]> {
    let found: FoundKey[] = [];
    for (const part of partsOf(keys)) {
      found.push(...scoresOf(scored, part, limit));
      found = found.sort(byScore).slice(0, limit);
      await nextTurn();
    }
    return found;
  }

  /** The keys of matches that were collected last, descending. */
  async function lastOf(conditions: Conditions, limit: number): Promise<number[]> {
    if (conditions.indexed.length + conditions.others.length > 0)
      return (await collected(conditions, { limit })).keys.slice(0, limit);
    return counts.newestMatches(conditions, limit);
  }

  return async function best(
    filters: FindFilters,
    words: WordMatch,
    limit: number,
  ): Promise<FoundKey[]> {
    const conditions = conditionsOf(filters, words);
    const { match, isEmpty, indexed, others, bindings } = conditions;
    if (isEmpty) return [];
    if (!match || match.isExcluded) {
      const places = await byTime.newest(conditions, limit);
      return places.map(({ key }) => ({ key, score: 0 }));
    }
    const some = weighty(words);
    if (some === words && indexed.length + others.length === 0)
      return queries.all<FoundKey>(RANKED, { ...bindings, limit });
    const scored = some && conditionsOf(noFilters(), some).match?.expression;
    if (scored !== undefined)
      return amongThese(scored, await lastOf(conditions, MAX_RANKED), limit);
    const keys = await lastOf(conditions, limit);
    return keys.map((key) => ({ key, score: 0 }));
  };
}

/** @param keys descending */
function* partsOf(keys: number[]): Generator<number[]> {
  let start = 0;
  for (let at = 1; at <= keys.length; at++) {
    const to = keys[start] as number;
    if (at < keys.length && to - (keys[at] as number) <= PART_KEYS) continue;
    yield keys.slice(start, at);
    start = at;
  }
}

const byScore = (a: FoundKey, b: FoundKey) => b.score - a.score || b.key - a.key;

/**
 * The best matches, those with all words as they were typed before those with other forms: bm25 alone may
 * prefer a rare stem of one language to the very word of another.
 */
export function createRanking(deps: RankingDeps) {
  const best = createBestByScore(deps);
  const kept = createKeptAnswers<FoundKey[]>(deps.queries);

  async function rank(words: WordMatch, filters: FindFilters, limit: number): Promise<FoundKey[]> {
    const typed = asTyped(words);
    const first = typed ? await best(filters, typed, limit) : [];
    if (first.length >= limit) return first;
    const isFirst = new Set(first.map(({ key }) => key));
    const all = await best(filters, words, limit + first.length);
    return [...first, ...all.filter(({ key }) => !isFirst.has(key))].slice(0, limit);
  }

  return (words: WordMatch, filters: FindFilters, limit: number): Promise<FoundKey[]> =>
    keptOr(kept, [words, filters, limit], () => rank(words, filters, limit));
}
