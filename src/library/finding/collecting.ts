import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { createKeptAnswers } from './kept.ts';
import { addKey, emptyBits, hasBit } from './key_sets.ts';
import { type Bindings, type Queries, where } from './queries.ts';

/** Keys whose posts are looked at in one turn of the event loop: up to 10 ms. */
const SLICE = 10_000;
/** The same where few posts are looked at, but all matches are passed. */
const WIDE_SLICE = 50_000;

/** Of so many posts or fewer that an index answers, all are read at once. */
const MAX_AT_ONCE = 5_000;

/** More would take too much memory to keep. */
const MAX_KEPT_KEYS = 50_000;

const MATCHED = `SELECT json_group_array(rowid) AS keys
  FROM post_words WHERE post_words MATCH $match`;
const IN_SLICE = 'key > $after AND key <= $to';

/** Posts that were collected last, among those that meet conditions. */
export interface Collected {
  /** Descending. */
  keys: number[];
  /** There are no others. */
  isComplete: boolean;
}

interface CollectOptions {
  /** So many are enough. */
  limit: number;
  /**
   * Once so many posts were looked at, any that were found are enough, unless an index leaves few to look
   * at. Default: all are looked at.
   */
  examined?: number;
}

interface Few {
  keys: number[];
  /** Those that the conditions name. */
  haveWords: boolean;
}

type KeyList = { keys: string };

/** Reads parts of what meets conditions. */
function createSlices({ all, one }: Queries, { newestMatches }: Pick<Counts, 'newestMatches'>) {
  const read = (sql: string, bindings: Bindings) =>
    JSON.parse(one<KeyList>(sql, bindings).keys) as number[];

  /** All that have the words, or that meet what another index answers, when they are few. */
  function few(conditions: Conditions): Few | undefined {
    const { match, indexed, bindings } = conditions;
    if (match && !match.isExcluded) {
      const keys = newestMatches(conditions, MAX_AT_ONCE + 1);
      if (keys.length <= MAX_AT_ONCE) return { keys, haveWords: true };
    }
    if (indexed.length === 0) return undefined;
    const sql = `SELECT key FROM posts ${where(indexed)} LIMIT $limit`;
    const rows = all<{ key: number }>(sql, { ...bindings, limit: MAX_AT_ONCE + 1 });
    if (rows.length > MAX_AT_ONCE) return undefined;
    return { keys: rows.map(({ key }) => key), haveWords: !match };
  }

  /** Of these posts those that meet the conditions on posts. */
  function tested(conditions: Conditions, keys: number[], tests: string[]): number[] {
    if (keys.length === 0 || tests.length === 0) return keys;
    const sql = `SELECT json_group_array(posts.key) AS keys
      FROM json_each($keys) AS given CROSS JOIN posts ON posts.key = given.value ${where(tests)}`;
    return read(sql, { ...conditions.bindings, keys: JSON.stringify(keys) });
  }

  function matched({ bindings }: Conditions, after: number, to: number): number[] {
    return read(`${MATCHED} AND rowid > $after AND rowid <= $to`, { ...bindings, after, to });
  }

  /** Of a few posts those that match: without listing the many others that do. */
  function matchedAmong({ bindings }: Conditions, keys: number[]): number[] {
    const range = { after: Math.min(...keys) - 1, to: Math.max(...keys) };
    const sql = `${MATCHED} AND rowid > $after AND rowid <= $to
      AND +rowid IN (SELECT value FROM json_each($keys))`;
    return read(sql, { ...bindings, ...range, keys: JSON.stringify(keys) });
  }

  function passed({ indexed, others, bindings }: Conditions, after: number, to: number): number[] {
    // By an index, each slice would read all that meet its condition.
    const sql = `SELECT json_group_array(key) AS keys FROM posts NOT INDEXED
      ${where([IN_SLICE, ...indexed, ...others])}`;
    return read(sql, { ...bindings, after, to });
  }

  /** All matches of a prefix: their lists are merged as a whole, however few are read. */
  function allMatched(conditions: Conditions): (key: number) => boolean {
    const keys = read(MATCHED, conditions.bindings);
    const bits = emptyBits(keys.at(-1) ?? 0);
    for (const key of keys) addKey(bits, key);
    return (key) => hasBit(bits, key);
  }

  return { few, tested, matched, matchedAmong, passed, allMatched };
}

type Slices = ReturnType<typeof createSlices>;

/** @returns how the part of what meets the conditions is read that has these keys. */
function reader(slices: Slices, conditions: Conditions) {
  const { match, indexed, others } = conditions;
  const isMatched = match?.hasPrefix ? slices.allMatched(conditions) : undefined;

  function withWords(keys: number[], read: () => number[]): number[] {
    if (!match || keys.length === 0) return keys;
    const isAmong = isMatched ?? setOf(read());
    return keys.filter((key) => isAmong(key) !== match.isExcluded);
  }

  return {
    ofFew({ keys, haveWords }: Few, after: number, to: number): number[] {
      const known = keys.filter((key) => key > after && key <= to);
      const withAll = haveWords
        ? known
        : withWords(known, () => slices.matchedAmong(conditions, known));
      return slices.tested(conditions, withAll, [...indexed, ...others]);
    },
    ofAll(after: number, to: number): number[] {
      if (!match || match.isExcluded || isMatched)
        return withWords(slices.passed(conditions, after, to), () =>
          slices.matched(conditions, after, to),
        );
      return slices.tested(conditions, slices.matched(conditions, after, to), [
        ...indexed,
        ...others,
      ]);
    },
  };
}

function setOf(keys: number[]): (key: number) => boolean {
  const set = new Set(keys);
  return (key) => set.has(key);
}

/**
 * Collects the posts that meet conditions, those that were collected last first, in many turns of the event
 * loop: a frequent word with a filter takes a second at a million posts.
 */
export function createCollecting(queries: Queries, counts: Counts) {
  const slices = createSlices(queries, counts);
  const kept = createKeptAnswers<Collected>(queries);

  async function collect(
    conditions: Conditions,
    { limit, examined = Number.POSITIVE_INFINITY }: CollectOptions,
  ): Promise<Collected> {
    const few = slices.few(conditions);
    const { ofFew, ofAll } = reader(slices, conditions);
    const keys: number[] = [];
    const newest = counts.newestKey();
    const width = few ? WIDE_SLICE : SLICE;
    for (let to = newest; to > 0; to -= width) {
      const isLong = !few && newest - to >= examined;
      const isEnough = keys.length >= limit || (isLong && keys.length > 0);
      if (isEnough) return { keys: keys.slice(0, limit), isComplete: false };
      const after = Math.max(0, to - width);
      const found = few ? ofFew(few, after, to) : ofAll(after, to);
      keys.push(...found.sort((a, b) => b - a));
      await nextTurn();
    }
    return { keys: keys.slice(0, limit), isComplete: keys.length <= limit };
  }

  return async function collected(
    conditions: Conditions,
    options: CollectOptions,
  ): Promise<Collected> {
    if (conditions.isEmpty) return { keys: [], isComplete: true };
    const name = JSON.stringify(conditions);
    const known = kept.get(name);
    if (known && (known.isComplete || known.keys.length >= options.limit)) return known;
    const version = kept.version();
    const made = await collect(conditions, options);
    if (made.keys.length <= MAX_KEPT_KEYS) kept.set(name, made, version);
    return made;
  };
}

export type Collecting = ReturnType<typeof createCollecting>;
