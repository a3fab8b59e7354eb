import type { RankedCodes } from './codes.ts';

/** So many are compared first, whatever they show: the others are judged by them. */
const FIRST_COMPARED = 100;

/** After that a sixth of those that were compared, at a time: half of that is compared in vain. */
const NEXT_SHARE = 1 / 6;

/**
 * Comparing ends when the next estimate lies so many standard deviations below what is needed. At 3, of typed
 * queries .998 of the 10 nearest are found, but of random vectors one of 15 was missed.
 */
const MAX_DEVIATIONS = 3.5;

/**
 * Compares vectors in their order, until no other one can be expected to be as near as what was found.
 * How far an estimate may be wrong is learned from those that were compared, because it depends on the
 * model.
 * @param compare is given ids in ascending order, and returns their similarities: NaN for vectors that are no more.
 * @param needed the similarity that another one must exceed; undefined while any is welcome.
 */
export function compareRanked(
  { ids, sums }: RankedCodes,
  compare: (ids: Uint32Array) => Float64Array,
  needed: () => number | undefined,
): void {
  const line = createLine();
  let end = 0;
  while (end < ids.length) {
    const from = end;
    end = Math.min(ids.length, from + (Math.ceil(from * NEXT_SHARE) || FIRST_COMPARED));
    const sumOf = new Map<number, number>();
    for (let i = from; i < end; i++) sumOf.set(ids[i] as number, sums[i] as number);
    const compared = ids.slice(from, end).sort();
    // The same ones in the same order lead to the same estimates.
    for (const [i, similarity] of compare(compared).entries())
      if (!Number.isNaN(similarity))
        line.add(sumOf.get(compared[i] as number) as number, similarity);
    const least = needed();
    if (least !== undefined && end < ids.length && line.highest(sums[end] as number) < least)
      return;
  }
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
