import { head } from '../text/cut.ts';
import type { FinalStatus } from './lifecycle.ts';

/**
 * Counts of how jobs ended, kept for a year, when the jobs have been deleted. Each end counts: a job
 * that was retried and ended again is counted twice. Times are milliseconds since 1970 UTC.
 */
export interface JobHistory {
  /** Ends from `since` (inclusive) to `until` (exclusive), both rounded outwards to the step. */
  ends(query: HistoryQuery): Promise<EndCount[]>;
  /** Why jobs failed on the days of that time, the most frequent reason of each type first. */
  failures(query: HistoryQuery): Promise<FailureCount[]>;
}

/** Length of a stored reason, in code points. */
const MAX_REASON = 200;

export const HISTORY_STEPS = { hour: 3_600_000, day: 86_400_000 } as const;

export interface HistoryQuery {
  by: keyof typeof HISTORY_STEPS;
  since: number;
  until: number;
  type?: string;
}

export interface EndCount {
  /** The beginning of the hour or day. */
  start: number;
  type: string;
  status: FinalStatus;
  bucket: number;
  count: number;
  /** All of them in ms, in any order; absent when they are too many to keep. */
  durations?: number[];
}

export interface FailureCount {
  type: string;
  /**
   * At most 200 code points; a longer reason is cut and ends in "…". Empty for all further reasons
   * after the first 20 different ones of a day.
   */
  reason: string;
  count: number;
}

/** How the jobs ended within a period. */
export interface Period {
  completed: number;
  failed: number;
  cancelled: number;
  /** Of the completed jobs, in ms. */
  medianMs?: number;
  p95Ms?: number;
  /**
   * Whether they are approximate, with the error that `bucketMs` states; false while the jobs are
   * few. Present if they are.
   */
  approximate?: boolean;
}

export interface TypeHistory extends Period {
  type: string;
  /** One for each hour or day, oldest first, also when no job ended in it. */
  periods: (Period & { start: Date })[];
  reasons: Omit<FailureCount, 'type'>[];
}

export interface History {
  by: HistoryQuery['by'];
  /** Start of the first period and end of the last. */
  since: Date;
  until: Date;
  types: TypeHistory[];
}

/** The history of each type, period by period. Types without a job in that time are left out. */
export async function readHistory(history: JobHistory, query: HistoryQuery): Promise<History> {
  const step = HISTORY_STEPS[query.by];
  const since = Math.floor(query.since / step) * step;
  const until = Math.ceil(query.until / step) * step;
  const whole = { ...query, since, until };
  const [ends, failures] = await Promise.all([history.ends(whole), history.failures(whole)]);
  const starts = Array.from({ length: (until - since) / step }, (_, n) => since + n * step);
  const types = [...Map.groupBy(ends, ({ type }) => type)].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    by: query.by,
    since: new Date(since),
    until: new Date(until),
    types: types.map(([type, counts]) => ({
      type,
      ...periodOf(counts),
      periods: periodsOf(starts, counts),
      reasons: failures
        .filter((failure) => failure.type === type)
        .map(({ reason, count }) => ({ reason: cutCleanly(reason), count })),
    })),
  };
}

/** A reason of full length was cut, possibly within a visible character. */
function cutCleanly(reason: string): string {
  if ([...reason].length < MAX_REASON) return reason;
  return `${head(reason, reason.length - 1).trimEnd()}…`;
}

function periodsOf(starts: number[], counts: EndCount[]): TypeHistory['periods'] {
  const byStart = Map.groupBy(counts, ({ start }) => start);
  return starts.map((start) => ({
    start: new Date(start),
    ...periodOf(byStart.get(start) ?? []),
  }));
}

function periodOf(counts: EndCount[]): Period {
  const sum = (status: FinalStatus) =>
    counts.reduce((total, entry) => total + (entry.status === status ? entry.count : 0), 0);
  const timed = counts.filter(({ status, bucket }) => status === 'completed' && bucket >= 0);
  return {
    completed: sum('completed'),
    failed: sum('failed'),
    cancelled: sum('cancelled'),
    ...(timed.length > 0 && percentiles(timed)),
  };
}

function percentiles(timed: EndCount[]): Pick<Period, 'medianMs' | 'p95Ms' | 'approximate'> {
  const [median, p95] = [percentile(timed, 0.5), percentile(timed, 0.95)];
  return {
    medianMs: median.ms,
    p95Ms: p95.ms,
    approximate: !(median.isExact && p95.isExact),
  };
}

/** By nearest rank. Exact when all durations of the bucket in which the rank falls are known. */
function percentile(counts: EndCount[], share: number): { ms: number; isExact: boolean } {
  const buckets = [...Map.groupBy(counts, ({ bucket }) => bucket)].sort(([a], [b]) => a - b);
  let rank = Math.ceil(sizeOf(counts) * share);
  for (const [bucket, ends] of buckets) {
    const size = sizeOf(ends);
    if (rank > size) {
      rank -= size;
      continue;
    }
    const durations = ends.flatMap((end) => end.durations ?? []).sort((a, b) => a - b);
    const exact = durations.length === size ? durations[rank - 1] : undefined;
    return { ms: exact ?? bucketMs(bucket), isExact: exact !== undefined };
  }
  return { ms: 0, isExact: false };
}

function sizeOf(counts: EndCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}

/**
 * The duration that stands for a bucket, in ms. Bucket `b` holds what took from 2^(b/4) up to
 * 2^((b+1)/4) ms, and its middle, 2^((b+½)/4), is at most 2^(1/8) − 1 = 9.1 % away from any of it.
 */
export function bucketMs(bucket: number): number {
  return Math.round(2 ** ((bucket + 0.5) / 4));
}
