import type { Job } from './job.ts';

/**
 * A place in the sequence of everything that happens to jobs, in all processes. It stays valid when a
 * process ends. What follows it can be read for as long as the change log goes back to it.
 */
export interface EventPlace {
  /** The sequence, which is another one after a backup was restored. */
  feed: string;
  /** The first change that was not read yet: a transaction, and which of its jobs, from 0. */
  seq: number;
  index: number;
  /** All progress up to this number was read. */
  revision: number;
  /** Jobs that were active at the start are being read in the order of their keys, up to this one. */
  key?: number;
  /** Where transactions have no order of their own. */
  window?: EventWindow;
}

/** Transactions that are being read, as snapshots of PostgreSQL: those that are visible in one and not in the other. */
export interface EventWindow {
  /** What is visible here was read. */
  after: string;
  /** The end of the window; absent until reading it has begun. */
  until?: string;
  /** The transaction of `seq`. */
  xid: number;
}

/** A job as it is now, or that it was deleted. */
export type JobEvent =
  | { kind: 'upsert'; job: Job; after: EventPlace }
  | { kind: 'deleted'; id: string; type?: string; sessionId?: string; after: EventPlace }
  /** Every job that was active at the start has been read. */
  | { kind: 'ready'; after: EventPlace };

export interface JobEventPage {
  /** In order; `after` of each is the place where reading continues. */
  events: JobEvent[];
  /** The place after all of them; also after changes that make no event. */
  next: EventPlace;
  /** Whether there is more already. */
  isMore: boolean;
}

/** Reads the sequence. Of a job that changed several times there is one event, with its newest state. */
export interface JobEventReader {
  /** The place from which all active jobs are read first, and then every change. */
  start(): Promise<EventPlace>;
  /**
   * What comes after a place, at most about `limit` events, plus the progress of all running jobs.
   * Undefined when that cannot be told any more: the log no longer goes back to it, a transaction
   * changed too many jobs to list them, or the place is of another sequence.
   */
  after(place: EventPlace, limit: number): Promise<JobEventPage | undefined>;
}

/** A place as text, for the id of an event. */
export function encodePlace({ feed, seq, index, revision, key, window }: EventPlace): string {
  const parts = [feed, seq, index, revision, ...(key === undefined ? [] : [key])];
  if (!window) return parts.join('-');
  const { after, until, xid } = window;
  return [parts.join('-'), xid, after, ...(until === undefined ? [] : [until])].join('.');
}

const ENCODED =
  /^([0-9a-f]{1,32})-(\d{1,15})-(\d{1,15})-(\d{1,15})(?:-(-?\d{1,15}))?(?:\.(\d{1,15})\.([\d:,]{1,4000})(?:\.([\d:,]{1,4000}))?)?$/;

/** Undefined for a text that `encodePlace` has not made. */
export function decodePlace(text: string): EventPlace | undefined {
  const [, feed, seq, index, revision, key, xid, after, until] = ENCODED.exec(text) ?? [];
  if (feed === undefined) return undefined;
  const window = after !== undefined && {
    window: { xid: Number(xid), after, ...(until !== undefined && { until }) },
  };
  return {
    feed,
    seq: Number(seq),
    index: Number(index),
    revision: Number(revision),
    ...(key !== undefined && { key: Number(key) }),
    ...window,
  };
}
