import type { EndCount } from '../history.ts';

/** How many exact durations an hour and bucket of the history keeps. */
export const MAX_DURATIONS = 20;

/** Adds ends to the history: counts are added up, and durations are joined while they are few. */
export const ADD_ENDS = `
  ON CONFLICT (hour, type, status, bucket) DO UPDATE SET
    count = job_ends.count + excluded.count,
    durations = CASE WHEN job_ends.count + excluded.count <= ${MAX_DURATIONS}
                     THEN rtrim(job_ends.durations, ']') || ',' || ltrim(excluded.durations, '[') END`;

/** How many jobs ended in an hour, with one status and in one bucket of durations. */
export type CountedEnd = [
  hour: number,
  type: string,
  status: string,
  bucket: number,
  count: number,
  /** In ms; null when there are too many to keep. */
  durations: number[] | null,
  /** How long all of them took, in ms. */
  sumMs: number,
];

/** Keeps a duration in ms, while there are few of them. */
export function addDuration(end: CountedEnd, ms: number): void {
  if (end[5] && end[5].length < MAX_DURATIONS) end[5].push(ms);
  else end[5] = null;
}

/** See `bucketMs` in `src/jobs/history.ts`. */
export function bucketOf(ms: number): number {
  return Math.floor(4 * Math.log2(Math.max(1, ms)));
}

/** Ends of one kind, as the history is read. */
export type EndRow = Omit<EndCount, 'durations'> & { durations: string | null };

/** A program of an earlier version adds to the count only, so the durations may not be complete. */
export function toEndCount({ durations: json, ...row }: EndRow): EndCount {
  if (json === null) return row;
  const durations = JSON.parse(json) as number[];
  return durations.length === row.count ? { ...row, durations } : row;
}
