import type { Job } from './job.ts';
import type { JobStatus } from './lifecycle.ts';

/**
 * Jobs as lists. Every list follows one index, and what that index cannot tell is looked for among
 * `WINDOW` jobs at a time, so that no list takes longer the more jobs there are.
 */
export interface JobListing {
  list(query: JobQuery): JobPage;
  /** Counts the next `WINDOW` jobs at most; `nextCursor` is where to count on. */
  tally(query: JobQuery): { counts: Tally[]; nextCursor?: string };
  session(id: string): SessionSummary;
  /** Those used last, newest first; of so many jobs as make a screen's worth of sessions. */
  recentSessions(limit: number): RecentSession[];
}

/** How many jobs one page looks through for what no index tells. */
export const WINDOW = 10_000;

export interface JobQuery {
  status?: JobStatus;
  /** Of failed jobs those that failed for this reason. */
  failure?: Failure;
  type?: string;
  session?: string;
  /** Words that occur in what was asked, in the message, the error or the id. */
  q?: string;
  /** Created since then (inclusive), in ms since 1970 UTC. */
  since?: number;
  /** Created before then. */
  until?: number;
  limit?: number;
  /** From an earlier page: what is older than it. */
  cursor?: string;
  /** From an earlier page: what is just newer than it. The newest page when that is not full. */
  newerThan?: string;
}

export const FAILURES = [
  /** The error was not worth another attempt. */
  'permanent',
  /** The attempts were used up. */
  'exhausted',
  /** The process that ran it ended, and nobody could go on with it. */
  'interrupted',
  /** It ran out of the time that it was given. */
  'timeout',
] as const;

export type Failure = (typeof FAILURES)[number];

export interface JobPage {
  /** Newest first. */
  jobs: Job[];
  /** Where older ones begin. There may be one on a page that is not full; see `lookedBackTo`. */
  nextCursor?: string;
  /** Where newer ones begin, for `newerThan`; not on the newest page. */
  newerCursor?: string;
  /** How far this page has looked, when it found too few among `WINDOW` jobs. */
  lookedBackTo?: Date;
}

export interface Tally {
  status: JobStatus;
  tracked: boolean;
  count: number;
}

export interface SessionSummary {
  jobs: number;
  byStatus: Partial<Record<JobStatus, number>>;
  /** The sum over those jobs whose total is known. */
  progress: { current: number; total: number };
}

export interface RecentSession {
  id: string;
  lastJobAt: Date;
  jobs: number;
  byStatus: Partial<Record<JobStatus, number>>;
}
