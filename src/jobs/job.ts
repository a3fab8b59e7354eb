import type { JobStatus } from './lifecycle.ts';
import type { Failure } from './listing.ts';

/**
 * Each operation adds its own entry, name → input and output, by declaration merging:
 *
 *     declare module './job.ts' {
 *       interface JobTypes { scrape: { input: ScrapeInput; output: ScrapeResult } }
 *     }
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging, one file per type
export interface JobTypes {}

export type JobType = keyof JobTypes & string;

export interface JobProgress {
  current: number;
  /** 0 = unknown. */
  total: number;
  message: string;
  /** Which part of the work is under way, when it has parts: `fetching`, `embedding`. */
  stage?: string;
}

/** A job as the database knows it, with progress not older than the last flush. */
export interface Job {
  id: string;
  type: JobType;
  status: JobStatus;
  createdAt: Date;
  /** When its current or latest attempt started. */
  startedAt?: Date;
  completedAt?: Date;
  updatedAt: Date;
  progress: JobProgress;
  /** What was asked: the checked input of a queued job, anything the caller gave of a tracked one. */
  metadata?: Record<string, unknown>;
  /** What a queued job's handler returned. */
  result?: unknown;
  /** The reason, for a person: why it failed, or what had to be done to cancel it. */
  errorMessage?: string;
  /** One per failed attempt, oldest first. */
  errors: string[];
  /** Why it failed for good; see `FAILURES`. */
  failure?: Failure;
  /** How often it was started; also the fence that every write of a handler names. */
  attempt: number;
  /**
   * How many of these count against `maxAttempts`, the one under way included: neither those that
   * were interrupted or got further, nor those before a retry by hand.
   */
  attemptsUsed: number;
  maxAttempts: number;
  /** When a retrying job is due. */
  retryAt?: Date;
  /** Its caller does the work itself, so nobody can resume it. */
  tracked: boolean;
  /** A person has seen this end and put it away. */
  dismissedAt?: Date;
  sessionId?: string;
  parentId?: string;
}
