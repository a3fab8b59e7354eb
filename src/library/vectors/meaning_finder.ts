import type { Database } from 'bun:sqlite';
import { statement } from '../../platform/statement.ts';
import { createKept, createKeptAnswers } from '../finding/kept.ts';
import { highestKeys } from '../finding/key_sets.ts';
import { createQueries } from '../finding/queries.ts';
import type { KeySet, MeaningFinder, NearKey } from '../finding.ts';
import { MAX_WANTED } from './codes.ts';
import { compareRanked } from './comparing.ts';
import { createFollowedCodes } from './followed_codes.ts';
import { createPostVectors } from './post_vectors.ts';
import { ReadVectors, type VectorRow } from './read_vectors.ts';

const BY_IDS = `
  SELECT vectors.id, post_key AS key, embedding
  FROM json_each(?) CROSS JOIN vectors ON vectors.id = json_each.value`;

const PARTS = `
  SELECT vectors.id, part_from AS "from", part_to AS "to"
  FROM json_each(?) CROSS JOIN vectors ON vectors.id = json_each.value
  WHERE part_from IS NOT NULL`;

/** Among fewer posts, all vectors are compared: all codes are passed by in the time in which so many are. */
const MAX_LISTED = 2_000;

/** So many are compared at a time: of the others, those that are not near enough are soon left out. */
const COMPARED_AT_ONCE = 250;

const IDS_AMONG = `
  SELECT json_group_array(vectors.id) AS ids
  FROM json_each(?2) AS given CROSS JOIN vectors ON model = ?1 AND post_key = given.value`;

const LACKING = `
  SELECT count(*) AS examined, coalesce(sum(
    text <> ''
    AND NOT EXISTS (SELECT 1 FROM vectors WHERE post_key = last.key AND model = ?1)
    AND NOT EXISTS (SELECT 1 FROM meaningless_posts WHERE post_key = last.key AND model = ?1)
  ), 0) AS missing
  FROM (SELECT key, text FROM posts ORDER BY key DESC LIMIT 2000) AS last`;

/** @returns a function that lists the vectors of a few posts, ascending. */
function createIdsAmong(db: Database) {
  const idsOf = statement<{ ids: string }, [string, string]>(db, IDS_AMONG);
  const { version } = createKeptAnswers(createQueries(db));
  let listed: { among: KeySet; model: string; at: string; ids: Uint32Array } | undefined;

  /** Both looks of a find ask for them, and a page of the same find asks again. */
  return function idsAmong(model: string, among: KeySet, isCommitted: boolean): Uint32Array {
    const at = version();
    if (listed?.among === among && listed.model === model && listed.at === at) return listed.ids;
    const keys = JSON.stringify(highestKeys(among.bits, among.size));
    const ids = Uint32Array.from(JSON.parse(idsOf.get(model, keys)?.ids ?? '[]')).sort();
    listed = isCommitted ? { among, model, at, ids } : undefined;
    return ids;
  };
}

/** @returns a function that gives what reads the vectors of a model, and keeps those of the last model. */
function createVectorsRead(db: Database) {
  const byIds = statement<VectorRow, [string]>(db, BY_IDS);
  let kept: { model: string; vectors: ReadVectors } | undefined;

  return function vectorsRead(
    model: string,
    dimensions: number,
    isCommitted: boolean,
  ): ReadVectors {
    // What is rolled back must not be kept: its ids may be given again.
    if (!isCommitted) return new ReadVectors(byIds, dimensions, 0);
    if (kept?.model !== model || kept.vectors.dimensions !== dimensions)
      kept = { model, vectors: new ReadVectors(byIds, dimensions) };
    return kept.vectors;
  };
}

/** @returns a function that says which parts of their posts vectors stand for. */
function createWithParts(db: Database) {
  const partsOf = statement<{ id: number; from: number; to: number }, [string]>(db, PARTS);
  return (nearest: NearVector[]): NearKey[] => {
    const rows = partsOf.all(JSON.stringify(nearest.map(({ id }) => id)));
    const parts = new Map(rows.map(({ id, from, to }) => [id, { from, to }]));
    return nearest.map(({ id, key, similarity }) => {
      const part = parts.get(id);
      return { key, similarity, ...(part && { part }) };
    });
  };
}

/** Finds the vectors that are nearest by their codes, and compares exactly those that can be among the nearest. */
export function createMeaningFinder(db: Database): MeaningFinder {
  const { codesOf, prepare } = createFollowedCodes(db);
  const lackingOf = statement<{ missing: number; examined: number }, [string]>(db, LACKING);
  const keptLacking = createKept<{ missing: number; examined: number }>(createQueries(db));
  const countCodes = db.transaction(
    (isCommitted: boolean, model: string): number => codesOf(model, isCommitted)?.size ?? 0,
  );
  const vectorAt = statement<Pick<VectorRow, 'embedding'>, [string, number]>(
    db,
    'SELECT embedding FROM vectors WHERE model = ? AND post_key = ? ORDER BY part LIMIT 1',
  );

  const withParts = createWithParts(db);
  const idsAmong = createIdsAmong(db);
  const vectorsRead = createVectorsRead(db);

  const find = db.transaction(
    (
      isCommitted: boolean,
      model: string,
      vector: Float32Array,
      { limit, among }: Parameters<MeaningFinder['nearest']>[2],
    ): NearKey[] => {
      const loaded = codesOf(model, isCommitted);
      if (!loaded) return [];
      requireDimensions(model, loaded.dimensions, vector.length);
      const vectors = vectorsRead(model, vector.length, isCommitted);
      const { compare, found } = createCompare(vectors, vector, limit);
      if (among && among.size <= MAX_LISTED) {
        const ids = idsAmong(model, among, isCommitted);
        for (let from = 0; from < ids.length; from += COMPARED_AT_ONCE)
          compare(ids.subarray(from, from + COMPARED_AT_ONCE));
        return withParts(found());
      }
      compareRanked(
        loaded.codes.ranked(vector, wantedFor(limit), among),
        compare,
        () => found()[limit - 1]?.similarity,
      );
      return withParts(found());
    },
  );

  return {
    prepare,
    // By the codes in memory: in the table, those of another model may have to be passed.
    hasVectors: (model) => countCodes(!db.inTransaction, model) > 0,
    lacking: (model) =>
      keptLacking(model, () => lackingOf.get(model) ?? { missing: 0, examined: 0 }),
    // What the caller's own transaction has written may still be rolled back.
    nearest: (model, vector, options) =>
      options.limit > 0 ? find(!db.inTransaction, model, vector, options) : [],
    vectorsOf: createPostVectors(db),
    vectorOf(model, key) {
      const row = vectorAt.get(model, key);
      return row ? new Float32Array(row.embedding.slice().buffer) : undefined;
    },
  };
}

/** Fewer rows need be ranked for few posts. */
function wantedFor(limit: number): number {
  return Math.min(MAX_WANTED, Math.max(MAX_WANTED / 2, 100 * limit));
}

interface NearVector {
  id: number;
  key: number;
  similarity: number;
}

/** Compares vectors exactly, and keeps the best part of each of so many posts: the nearest ones. */
function createCompare(vectors: ReadVectors, vector: Float32Array, limit: number) {
  let nearest: NearVector[] = [];

  /** Of those that are not near enough, none is kept: of a thousand that are compared, most are not. */
  function keep(added: NearVector[]): void {
    const best = new Map(nearest.map((near) => [near.key, near]));
    for (const near of added)
      if (near.similarity > (best.get(near.key)?.similarity ?? -2)) best.set(near.key, near);
    nearest = [...best.values()].sort(byNearness).slice(0, limit);
  }

  function compare(ids: Uint32Array): Float64Array {
    const least = nearest[limit - 1]?.similarity ?? -2;
    const added: NearVector[] = [];
    const { similarities, keys } = vectors.compared(ids, vector);
    for (const [i, similarity] of similarities.entries())
      if (similarity >= least)
        added.push({ id: ids[i] as number, key: keys[i] as number, similarity });
    keep(added);
    return similarities;
  }
  return { compare, found: () => nearest };
}

const byNearness = (a: NearVector, b: NearVector) => b.similarity - a.similarity || a.key - b.key;

/** @throws when vectors of these lengths cannot be compared. */
export function requireDimensions(model: string, expected: number, given: number): void {
  if (given === expected) return;
  throw new Error(`The vectors of the model ${model} have ${expected} dimensions, not ${given}.`);
}
