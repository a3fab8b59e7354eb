import type { CappedCount, CappedKeys } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import { countKeys } from './key_sets.ts';
import { type MatchSets, noSets } from './match_sets.ts';
import { createNewestMatches, MAX_LISTED } from './newest_matches.ts';
import { MATCHES } from './plan_sql.ts';
import { type Bindings, type Queries, where } from './queries.ts';

/** Posts that are looked at one by one before counting stops. */
export const MAX_EXAMINED = 20_000;

/** Of the keys of so many posts that were collected last, the matches are counted: 0.3 ms. */
const SAMPLED = 5_000;

interface Total {
  total: number;
}

/** Counts of posts by one condition each, up to limits. */
function createSimpleCounts(queries: Queries, setOf: MatchSets) {
  const { one } = queries;
  const newestMatches = createNewestMatches(queries, setOf);
  const capped = (select: string, bindings: Bindings, cap: number) =>
    one<Total>(`SELECT count(*) AS total FROM (${select} LIMIT $cap)`, {
      ...bindings,
      cap,
    }).total;

  /** The number of posts with the words, up to a limit. */
  function countMatches(conditions: Conditions, cap: number): number {
    if (cap > MAX_LISTED) {
      const set = setOf(conditions);
      return set ? Math.min(set.size, cap) : capped(MATCHES, conditions.bindings, cap);
    }
    return newestMatches(conditions, cap).length;
  }

  /** The number of posts that the indexed conditions leave, up to a limit. */
  function countIndexed({ indexed, bindings }: Conditions): number {
    if (indexed.length === 0) return newestKey();
    return capped(`SELECT 1 FROM posts ${where(indexed)}`, bindings, MAX_EXAMINED + 1);
  }

  /** The share of matches among the posts that were collected last: an estimate for all. */
  function shareOfLast(conditions: Conditions): number {
    const newest = newestKey();
    const sampled = Math.min(SAMPLED, newest);
    const after = newest - sampled;
    const set = setOf(conditions, { isKnown: true });
    if (set) return countKeys(set.bits, after) / sampled;
    if (conditions.match?.hasPrefix) {
      const keys = newestMatches(conditions, SAMPLED);
      return keys.filter((key) => key > after).length / sampled;
    }
    const select = `${MATCHES} AND rowid > $after`;
    return capped(select, { ...conditions.bindings, after }, SAMPLED) / sampled;
  }

  const newestKey = () => one<{ key: number | null }>('SELECT max(key) AS key FROM posts').key ?? 0;

  return { capped, newestKey, newestMatches, countMatches, countIndexed, shareOfLast };
}

/** Counts of posts, up to limits. */
export function createCounts(queries: Queries, setOf: MatchSets = noSets) {
  const { one } = queries;
  const { capped, ...simple } = createSimpleCounts(queries, setOf);

  /** The number of posts found, where an index alone tells. */
  function quickCount(conditions: Conditions, cap: number): CappedCount | undefined {
    const { isEmpty, match, indexed, others, bindings } = conditions;
    if (isEmpty) return { count: 0, isCapped: false };
    const isByWords = match && !match.isExcluded;
    if (others.length > 0 || (indexed.length > 0 && match) || !(isByWords || !match))
      return undefined;
    const count = match
      ? simple.countMatches(conditions, cap)
      : capped(`SELECT 1 FROM posts ${where(indexed)}`, bindings, cap);
    return { count, isCapped: count === cap };
  }

  /** The number of all matches, however long it takes. */
  function countAll(conditions: Conditions): number {
    const { isEmpty, match, indexed, others, bindings } = conditions;
    if (isEmpty) return 0;
    const isByWords = match && !match.isExcluded && indexed.length + others.length === 0;
    if (isByWords) return one<Total>(MATCHES.replace('rowid', 'count(*) AS total'), bindings).total;
    const set = match ? [`key ${match.isExcluded ? 'NOT IN' : 'IN'} (${MATCHES})`] : [];
    const tests = where([...indexed, ...others, ...set]);
    return one<Total>(`SELECT count(*) AS total FROM posts ${tests}`, bindings).total;
  }

  return { ...simple, setOf, quickCount, countAll };
}

export type Counts = ReturnType<typeof createCounts>;

const MAX_KNOWN = 200;

/** Counts and lists the matches that were collected after the post with a key. */
export function createMatchesAfter(
  { one, all }: Queries,
  { newestKey }: Pick<Counts, 'newestKey'>,
) {
  const known = new Map<string, CappedCount>();

  function count(select: string, bindings: Bindings): number {
    const sql = `SELECT count(*) AS total FROM (${select} LIMIT $cap)`;
    return one<Total>(sql, bindings).total;
  }

  function countNow(conditions: Conditions, key: number, newest: number, cap: number): CappedCount {
    const { select, after, bindings } = selectAfter(conditions, key, newest);
    const total = count(select, { ...bindings, cap });
    return { count: total, isCapped: total === cap || after > key };
  }

  /**
   * All words that begin so are merged for each count, however few posts are new: 65 ms with 300,000 posts.
   * So the last counts are kept until posts are collected or deleted.
   */
  function countOnce(
    conditions: Conditions,
    key: number,
    newest: number,
    cap: number,
  ): CappedCount {
    const fresh = count(ALL_AFTER, { after: key, cap: MAX_EXAMINED });
    const name = JSON.stringify([conditions, key, newest, cap, fresh]);
    const counted = known.get(name) ?? countNow(conditions, key, newest, cap);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, counted);
    return counted;
  }

  function countAfter(conditions: Conditions, key: number, cap: number): CappedCount {
    const newest = newestKey();
    if (conditions.isEmpty || newest <= key) return { count: 0, isCapped: false };
    const counted = conditions.match?.hasPrefix ? countOnce : countNow;
    return counted(conditions, key, newest, cap);
  }

  /** Those that were collected last come first. */
  function keysAfter(conditions: Conditions, key: number, limit: number): CappedKeys {
    const newest = newestKey();
    if (conditions.isEmpty || newest <= key) return { keys: [], isCapped: false };
    const { select, after, bindings } = selectAfter(conditions, key, newest);
    const sql = `${select} ORDER BY rowid DESC LIMIT $limit`;
    const keys = all<{ rowid: number }>(sql, { ...bindings, limit }).map(({ rowid }) => rowid);
    return { keys, isCapped: keys.length === limit || after > key };
  }

  return { countAfter, keysAfter };
}

/** Where posts must be looked at one by one, only the last ones are. */
function selectAfter(conditions: Conditions, key: number, newest: number) {
  const { match, indexed, others, bindings } = conditions;
  const isByWords = match && !match.isExcluded && indexed.length + others.length === 0;
  const after = isByWords ? key : Math.max(key, newest - MAX_EXAMINED);
  const select = isByWords ? MATCHES_AFTER : examineAfter(conditions);
  return { select, after, bindings: { ...bindings, after } };
}

const MATCHES_AFTER = `${MATCHES} AND rowid > $after`;
// Few posts are new, so that no index is better than their keys.
const ALL_AFTER = 'SELECT key AS rowid FROM posts NOT INDEXED WHERE key > $after';

function examineAfter({ match, indexed, others }: Conditions): string {
  const set = match ? [`key ${match.isExcluded ? 'NOT IN' : 'IN'} (${MATCHES_AFTER})`] : [];
  return [ALL_AFTER, ...indexed, ...others, ...set].join(' AND ');
}
