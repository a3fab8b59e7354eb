import { head } from '../text/cut.ts';
import type { FinalStatus } from './lifecycle.ts';

/**
 * What is known of jobs after they were deleted: counts of their ends, kept for a year. Each end
 * counts, so a job that was retried and ended again is in it twice. Times are milliseconds since
 * 1970 UTC.
 */
export interface JobHistory {
  /** Ends since (inclusive) until (exclusive), both rounded out to the step, which is an hour or a day. */
  ends(query: HistoryQuery): EndCount[];
  /** Why jobs failed on the days that the time touches, the most frequent of each type first. */
  failures(query: HistoryQuery): FailureCount[];
}

/** How much of a reason is kept, in code points. */
const KEPT_REASON = 200;

export const HISTORY_STEPS = { hour: 3_600_000, day: 86_400_000 } as const;

export interface HistoryQuery {
  by: keyof typeof HISTORY_STEPS;
  since: number;
  until: number;
  type?: string;
}

export interface EndCount {
  /** Of the hour or day. */
  start: number;
  type: string;
  status: FinalStatus;
  bucket: number;
  count: number;
}

export interface FailureCount {
  type: string;
  /**
   * At most 200 code points of it; what was cut ends in "…". Empty: all that came after the first
   * 20 different ones of a day.
   */
  reason: string;
  count: number;
}

/** What became of the jobs that ended within some time. */
export interface Period {
  completed: number;
  failed: number;
  cancelled: number;
  /** Of those that completed, in ms, as far from the true one as `bucketMs` tells. */
  medianMs?: number;
  p95Ms?: number;
}

export interface TypeHistory extends Period {
  type: string;
  /** One for each hour or day, oldest first, those without jobs too. */
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

/** How each type fared, period by period; types without a job in that time are left out. */
export function readHistory(history: JobHistory, query: HistoryQuery): History {
  const step = HISTORY_STEPS[query.by];
  const since = Math.floor(query.since / step) * step;
  const until = Math.ceil(query.until / step) * step;
  const ends = history.ends({ ...query, since, until });
  const failures = history.failures({ ...query, since, until });
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
        .map(({ reason, count }) => ({ reason: endedWell(reason), count })),
    })),
  };
}

/** One that fills its place was cut there, maybe within a character that people see. */
function endedWell(reason: string): string {
  if ([...reason].length < KEPT_REASON) return reason;
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
    ...(timed.length > 0 && { medianMs: percentile(timed, 0.5), p95Ms: percentile(timed, 0.95) }),
  };
}

/** By nearest rank. */
function percentile(counts: Pick<EndCount, 'bucket' | 'count'>[], share: number): number {
  const sorted = counts.toSorted((a, b) => a.bucket - b.bucket);
  let rank = Math.ceil(sorted.reduce((total, { count }) => total + count, 0) * share);
  const found = sorted.find(({ count }) => {
    rank -= count;
    return rank <= 0;
  });
  return bucketMs(found?.bucket ?? 0);
}

/**
 * The duration that stands for a bucket, in ms. Bucket `b` holds what took from 2^(b/4) up to
 * 2^((b+1)/4) ms, and its middle, 2^((b+½)/4), is at most 2^(1/8) − 1 = 9.1 % away from any of it.
 */
export function bucketMs(bucket: number): number {
  return Math.round(2 ** ((bucket + 0.5) / 4));
}
