import type { Database } from 'bun:sqlite';
import { type LazyStatement, statement } from '../../platform/statement.ts';
import { createKept } from '../finding/kept.ts';
import { createQueries } from '../finding/queries.ts';
import type { MeaningFinder, NearKey } from '../finding.ts';
import { MAX_WANTED } from './codes.ts';
import { type Compared, compareRanked } from './comparing.ts';
import { createFollowedCodes } from './followed_codes.ts';
import { createPostVectors } from './post_vectors.ts';

interface VectorRow {
  id: number;
  key: number;
  part_from: number | null;
  part_to: number | null;
  embedding: Uint8Array;
}

const BY_IDS = `
  SELECT vectors.id, post_key AS key, part_from, part_to, embedding
  FROM json_each(?) CROSS JOIN vectors ON vectors.id = json_each.value`;

const LACKING = `
  SELECT count(*) AS examined, coalesce(sum(
    text <> ''
    AND NOT EXISTS (SELECT 1 FROM vectors WHERE post_key = last.key AND model = ?1)
    AND NOT EXISTS (SELECT 1 FROM meaningless_posts WHERE post_key = last.key AND model = ?1)
  ), 0) AS missing
  FROM (SELECT key, text FROM posts ORDER BY key DESC LIMIT 2000) AS last`;

/** Finds the vectors that are nearest by their codes, and compares exactly those that can be among the nearest. */
export function createMeaningFinder(db: Database): MeaningFinder {
  const { codesOf, prepare } = createFollowedCodes(db);
  const lackingOf = statement<{ missing: number; examined: number }, [string]>(db, LACKING);
  const keptLacking = createKept<{ missing: number; examined: number }>(createQueries(db));
  const countCodes = db.transaction(
    (isCommitted: boolean, model: string): number => codesOf(model, isCommitted)?.size ?? 0,
  );
  const byIds = statement<VectorRow, [string]>(db, BY_IDS);
  const vectorAt = statement<Pick<VectorRow, 'embedding'>, [string, number]>(
    db,
    'SELECT embedding FROM vectors WHERE model = ? AND post_key = ? ORDER BY part LIMIT 1',
  );

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
      const { compare, found } = createCompare(byIds, vector, limit);
      compareRanked(
        loaded.codes.ranked(vector, wantedFor(limit), among),
        compare,
        () => found()[limit - 1]?.similarity,
      );
      return found();
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

/** Compares vectors exactly, and keeps the best part of each of so many posts: the nearest ones. */
function createCompare(
  byIds: LazyStatement<VectorRow, [string]>,
  vector: Float32Array,
  limit: number,
) {
  let nearest: NearKey[] = [];
  // Copied here, because a view of each row's bytes would take more memory than the row.
  const numbers = new Float32Array(vector.length);
  const bytes = new Uint8Array(numbers.buffer);

  /** Of those that are not near enough, none is kept: of a thousand that are compared, most are not. */
  function keep(added: NearKey[]): void {
    const best = new Map(nearest.map((near) => [near.key, near]));
    for (const near of added)
      if (near.similarity > (best.get(near.key)?.similarity ?? -2)) best.set(near.key, near);
    nearest = [...best.values()].sort(byNearness).slice(0, limit);
  }

  function compare(ids: Uint32Array): Compared[] {
    const least = nearest[limit - 1]?.similarity ?? -2;
    const added: NearKey[] = [];
    const compared = byIds.all(`[${ids.join()}]`).map((row) => {
      bytes.set(row.embedding);
      const similarity = cosine(vector, numbers);
      if (similarity >= least) added.push(nearKey(row, similarity));
      return { id: row.id, similarity };
    });
    keep(added);
    return compared;
  }
  return { compare, found: () => nearest };
}

const byNearness = (a: NearKey, b: NearKey) => b.similarity - a.similarity || a.key - b.key;

/** @throws when vectors of these lengths cannot be compared. */
export function requireDimensions(model: string, expected: number, given: number): void {
  if (given === expected) return;
  throw new Error(`The vectors of the model ${model} have ${expected} dimensions, not ${given}.`);
}

/**
 * Of unit vectors: 1 - d²/2, which is 1 for equal ones in spite of rounding. Four sums do not wait for each
 * other, so that it takes half of the time.
 */
function cosine(one: Float32Array, other: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const rest = one.length & ~3;
  for (let i = 0; i < rest; i += 4) {
    const w = (one[i] as number) - (other[i] as number);
    const x = (one[i + 1] as number) - (other[i + 1] as number);
    const y = (one[i + 2] as number) - (other[i + 2] as number);
    const z = (one[i + 3] as number) - (other[i + 3] as number);
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (let i = rest; i < one.length; i++) a += ((one[i] as number) - (other[i] as number)) ** 2;
  return 1 - (a + b + c + d) / 2;
}

function nearKey({ key, part_from: from, part_to: to }: VectorRow, similarity: number): NearKey {
  return { key, similarity, ...(from !== null && to !== null && { part: { from, to } }) };
}
