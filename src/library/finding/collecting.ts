import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { createKeptAnswers } from './kept.ts';
import { addKey, emptyBits, has, hasBit, highestKeys } from './key_sets.ts';
import { type Bindings, type Queries, where } from './queries.ts';

/** Keys whose posts are looked at in one turn of the event loop: up to 10 ms. */
const SLICE = 10_000;
/** Of few posts so many are looked at in one turn: 2 ms. */
const FEW_AT_ONCE = 1_000;
/** And so many keys lie between them at most, where all matches between them are passed. */
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
  /** Descending. */
  keys: number[];
  /** Those that the conditions name. */
  haveWords: boolean;
  /** They meet the conditions that an index of `posts` answers. */
  areIndexed: boolean;
}

type KeyList = { keys: string };

type ReadKeys = (sql: string, bindings: Bindings) => number[];

/** Reads which posts match: from the set of all that do, where there is one. */
function createMatched(read: ReadKeys, setOf: Counts['setOf']) {
  function matched(conditions: Conditions, after: number, to: number): number[] {
    const { bindings } = conditions;
    const set = setOf(conditions);
    if (set) return highestKeys(set.bits, Number.POSITIVE_INFINITY, { after, to });
    return read(`${MATCHED} AND rowid > $after AND rowid <= $to`, { ...bindings, after, to });
  }

  /** Of a few posts those that match: without listing the many others that do. */
  function matchedAmong(conditions: Conditions, keys: number[]): number[] {
    const { bindings } = conditions;
    const set = setOf(conditions);
    if (set) return keys.filter((key) => has(set, key));
    const range = { after: Math.min(...keys) - 1, to: Math.max(...keys) };
    const sql = `${MATCHED} AND rowid > $after AND rowid <= $to
      AND +rowid IN (SELECT value FROM json_each($keys))`;
    return read(sql, { ...bindings, ...range, keys: JSON.stringify(keys) });
  }

  /** All matches of a prefix: their lists are merged as a whole, however few are read. */
  function allMatched(conditions: Conditions): (key: number) => boolean {
    const set = setOf(conditions);
    if (set) return (key) => has(set, key);
    const keys = read(MATCHED, conditions.bindings);
    const bits = emptyBits(keys.at(-1) ?? 0);
    for (const key of keys) addKey(bits, key);
    return (key) => hasBit(bits, key);
  }

  return { matched, matchedAmong, allMatched };
}

/** Reads parts of what meets conditions. */
function createSlices(
  { all, one }: Queries,
  { newestMatches, setOf }: Pick<Counts, 'newestMatches' | 'setOf'>,
) {
  const read: ReadKeys = (sql, bindings) => JSON.parse(one<KeyList>(sql, bindings).keys);

  /** All that have the words, or that meet what another index answers, when they are few. */
  function few(conditions: Conditions): Few | undefined {
    const { match, indexed, bindings } = conditions;
    if (match && !match.isExcluded) {
      const keys = newestMatches(conditions, MAX_AT_ONCE + 1);
      if (keys.length <= MAX_AT_ONCE)
        return { keys, haveWords: true, areIndexed: indexed.length === 0 };
    }
    if (indexed.length === 0) return undefined;
    const sql = `SELECT key FROM posts ${where(indexed)} LIMIT $limit`;
    const rows = all<{ key: number }>(sql, { ...bindings, limit: MAX_AT_ONCE + 1 });
    if (rows.length > MAX_AT_ONCE) return undefined;
    const keys = rows.map(({ key }) => key).sort((a, b) => b - a);
    return { keys, haveWords: !match, areIndexed: true };
  }

  /** Of these posts those that meet the conditions on posts. */
  function tested(conditions: Conditions, keys: number[], tests: string[]): number[] {
    if (keys.length === 0 || tests.length === 0) return keys;
    const sql = `SELECT json_group_array(posts.key) AS keys
      FROM json_each($keys) AS given CROSS JOIN posts ON posts.key = given.value ${where(tests)}`;
    return read(sql, { ...conditions.bindings, keys: JSON.stringify(keys) });
  }

  function passed({ indexed, others, bindings }: Conditions, after: number, to: number): number[] {
    // By an index, each slice would read all that meet its condition.
    const sql = `SELECT json_group_array(key) AS keys FROM posts NOT INDEXED
      ${where([IN_SLICE, ...indexed, ...others])}`;
    return read(sql, { ...bindings, after, to });
  }

  return { few, tested, passed, ...createMatched(read, setOf) };
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
    ofFew({ haveWords, areIndexed }: Few, keys: number[]): number[] {
      const withAll = haveWords
        ? keys
        : withWords(keys, () => slices.matchedAmong(conditions, keys));
      return slices.tested(conditions, withAll, [...(areIndexed ? [] : indexed), ...others]);
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
    if (few) return collectFew(conditions, few, limit);
    const { ofAll } = reader(slices, conditions);
    const keys: number[] = [];
    const newest = counts.newestKey();
    for (let to = newest; to > 0; to -= SLICE) {
      const isLong = newest - to >= examined;
      const isEnough = keys.length >= limit || (isLong && keys.length > 0);
      if (isEnough) return { keys: keys.slice(0, limit), isComplete: false };
      keys.push(...ofAll(Math.max(0, to - SLICE), to).sort((a, b) => b - a));
      await nextTurn();
    }
    return { keys: keys.slice(0, limit), isComplete: keys.length <= limit };
  }

  async function collectFew(conditions: Conditions, few: Few, limit: number): Promise<Collected> {
    const { ofFew } = reader(slices, conditions);
    const isPassed = !few.haveWords && !counts.setOf(conditions);
    const keys: number[] = [];
    for (const part of partsOf(few.keys, isPassed ? WIDE_SLICE : Number.POSITIVE_INFINITY)) {
      if (keys.length >= limit) return { keys: keys.slice(0, limit), isComplete: false };
      keys.push(...ofFew(few, part).sort((a, b) => b - a));
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

/** @param width so far are the keys of a part from each other at most. */
function* partsOf(keys: number[], width: number): Generator<number[]> {
  let start = 0;
  for (let at = 1; at <= keys.length; at++) {
    const isWithin = (keys[start] as number) - (keys[at] as number) < width;
    if (at < keys.length && at - start < FEW_AT_ONCE && isWithin) continue;
    yield keys.slice(start, at);
    start = at;
  }
}

export type Collecting = ReturnType<typeof createCollecting>;
