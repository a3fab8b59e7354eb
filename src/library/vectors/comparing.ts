import type { RankedCodes } from './codes.ts';

/** So many are compared whatever they show: the others are judged by them. */
const MIN_COMPARED = 100;

/** Then as many again as this share of those that were compared. */
const NEXT_SHARE = 1 / 4;

/**
 * Comparing ends when the next estimate lies so many standard deviations below what is needed. On
 * typed queries at 3.5 all of the 10 nearest are found by comparing 190 of 10,000 real vectors, and .9994 of
 * the 100 nearest; at 3 it is .997 of 10.
 */
const MAX_DEVIATIONS = 3.5;

/**
 * Compares vectors in their order, until no other one can be expected to be as near as what was found.
 * How far an estimate may be wrong is learned from those that were compared, because it depends on the
 * model.
 * @param compare returns the similarity; undefined for one that is no more.
 * @param needed the similarity that another one must exceed; undefined while any is welcome.
 */
export function compareRanked(
  { ids, sums }: RankedCodes,
  compare: (id: number) => number | undefined,
  needed: () => number | undefined,
): void {
  const line = createLine();
  let end = 0;
  while (end < ids.length) {
    const from = end;
    end = Math.min(ids.length, from + Math.max(MIN_COMPARED, Math.ceil(from * NEXT_SHARE)));
    for (const i of storedOrder(ids, from, end)) {
      const similarity = compare(ids[i] as number);
      if (similarity !== undefined) line.add(sums[i] as number, similarity);
    }
    const least = needed();
    if (least !== undefined && end < ids.length && line.highest(sums[end] as number) < least)
      return;
  }
}

/** Indexes in the order of the ids, in which vectors are stored. */
function storedOrder(ids: Uint32Array, from: number, end: number): Uint32Array {
  const order = Uint32Array.from({ length: end - from }, (_, i) => from + i);
  return order.sort((a, b) => (ids[a] as number) - (ids[b] as number));
}

/** The line nearest to points, by least squares. */
function createLine() {
  let count = 0;
  let x = 0;
  let y = 0;
  let xx = 0;
  let xy = 0;
  let yy = 0;

  function add(sum: number, similarity: number): void {
    count++;
    const dx = sum - x;
    const dy = similarity - y;
    x += dx / count;
    y += dy / count;
    xx += dx * (sum - x);
    xy += dx * (similarity - y);
    yy += dy * (similarity - y);
  }

  /** The highest similarity that is to be expected of a sum. */
  function highest(sum: number): number {
    const slope = xx > 0 ? xy / xx : 0;
    const deviation = Math.sqrt(Math.max(0, yy - slope * xy) / count);
    return y + slope * (sum - x) + MAX_DEVIATIONS * deviation;
  }

  return { add, highest };
}
