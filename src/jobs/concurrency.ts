import { count } from '../text/format.ts';
import { InvalidInput } from './errors.ts';

/** Jobs of a type that run at once, at most. */
export const MAX_CONCURRENCY = 1_000;

/** @throws InvalidInput that names `concurrency` */
export function checkConcurrency(concurrency: number | undefined): void {
  if (concurrency === undefined) return;
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY) return;
  throw new InvalidInput({
    concurrency: `Concurrency must be a whole number from 1 to ${count(MAX_CONCURRENCY)}.`,
  });
}
