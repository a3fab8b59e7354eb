import type { ByTime } from './by_time.ts';
import type { Conditions } from './conditions.ts';
import type { Place } from './plan_sql.ts';

/** So many matches are found at once, by looking few posts up: an export of a frequent word begins soon. */
const FIRST = 20;

/** @returns a function that goes through all that meet conditions, newest first, in batches of keys. */
export function createEveryMatch({ newest, places }: ByTime) {
  /** The first few at once, where that can be; the others take about a second at a million posts. */
  return async function* everyMatch(
    conditions: Conditions,
    batch: number,
    onMissing: (count: number) => void,
  ): AsyncGenerator<number[]> {
    const few = Math.min(FIRST, batch);
    const first = await newest(conditions, few);
    if (first.length > 0) yield keysOf(first);
    if (first.length < few) return;
    let pending: Place[] = [];
    for await (const some of places(conditions, first.at(-1), {
      passed: first.length,
      onMissing,
    })) {
      pending.push(...some);
      for (; pending.length >= batch; pending = pending.slice(batch))
        yield keysOf(pending.slice(0, batch));
    }
    if (pending.length > 0) yield keysOf(pending);
  };
}

const keysOf = (places: Place[]) => places.map(({ key }) => key);
