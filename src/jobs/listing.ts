import type { Job } from './job.ts';
import type { Failure, JobStatus } from './lifecycle.ts';

export { FAILURES, type Failure } from './lifecycle.ts';

/**
 * Lists jobs. Every list follows one index. Conditions that the index does not serve are checked on
 * `WINDOW` jobs at a time, so that the time does not grow with the number of jobs.
 */
export interface JobListing {
  list(query: JobQuery): Promise<JobPage>;
  /** Counts the next `WINDOW` jobs at most; `nextCursor` is where to continue. */
  tally(query: JobQuery): Promise<{ counts: Tally[]; nextCursor?: string }>;
  session(id: string): Promise<SessionSummary>;
  /** The sessions used last, newest first, among the newest jobs that belong to one. */
  recentSessions(limit: number): Promise<RecentSession[]>;
}

/** How many jobs one page checks for conditions that no index serves. */
export const WINDOW = 10_000;

export interface JobQuery {
  status?: JobStatus;
  /** Only jobs that failed for this reason. */
  failure?: Failure;
  type?: string;
  session?: string;
  /** Text that occurs in the input, the message, the error or the id. */
  q?: string;
  /** Created at this time or later, in ms since 1970 UTC. */
  since?: number;
  /** Created before this time. */
  until?: number;
  /** Only jobs that are pinned. */
  pinned?: true;
  /** Without jobs of these types. */
  except?: readonly string[];
  limit?: number;
  /** Cursor of an earlier page: gives the jobs that are older. */
  cursor?: string;
  /** Cursor of an earlier page: gives the jobs just newer, or the newest page when they do not fill one. */
  newerThan?: string;
}

/** What a query selects, as a query string; empty for all jobs. */
export function filterText({ since, until, ...query }: JobQuery): string {
  const { status, failure, type, session, q } = query;
  const at = (time: number | undefined) =>
    time === undefined ? undefined : new Date(time).toISOString();
  const fields = { status, failure, type, session, q, since: at(since), until: at(until) };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given as [string, string][]).toString();
}

export interface JobPage {
  /** Newest first. */
  jobs: Job[];
  /** Where older jobs begin. A page that is not full may have one; see `lookedBackTo`. */
  nextCursor?: string;
  /** Where newer jobs begin, for `newerThan`; absent on the newest page. */
  newerCursor?: string;
  /** How far back this page searched, when `WINDOW` jobs had too few matches. */
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
  /** The sum over the jobs whose total is known. */
  progress: { current: number; total: number };
}

export interface RecentSession {
  id: string;
  lastJobAt: Date;
  jobs: number;
  byStatus: Partial<Record<JobStatus, number>>;
}
