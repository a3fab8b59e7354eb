import type { ByTime } from './by_time.ts';
import type { Conditions } from './conditions.ts';
import type { Place } from './plan_sql.ts';

/** @returns a function that goes through all that meet conditions, newest first, in batches of keys. */
export function createEveryMatch({ newest, places }: ByTime) {
  /** The first batch at once, where it can be; the others take about a second at a million posts. */
  return async function* everyMatch(
    conditions: Conditions,
    batch: number,
  ): AsyncGenerator<number[]> {
    const first = await newest(conditions, batch);
    if (first.length > 0) yield keysOf(first);
    if (first.length < batch) return;
    let pending: Place[] = [];
    for await (const some of places(conditions, first.at(-1))) {
      pending.push(...some);
      for (; pending.length >= batch; pending = pending.slice(batch))
        yield keysOf(pending.slice(0, batch));
    }
    if (pending.length > 0) yield keysOf(pending);
  };
}

const keysOf = (places: Place[]) => places.map(({ key }) => key);
