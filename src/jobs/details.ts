import type { Job } from './job.ts';

/** The statuses of a step. */
export const STEP_STATUSES = [
  'pending',
  'running',
  'completed',
  'failed',
  /** Undone, because a later step failed permanently. */
  'compensated',
  /** The job ended before the step began. */
  'skipped',
] as const;

export type StepStatus = (typeof STEP_STATUSES)[number];

export interface JobStep {
  name: string;
  status: StepStatus;
  /** What it returned. A completed step does not run again. */
  result?: unknown;
  error?: string;
  startedAt?: Date;
  endedAt?: Date;
}

export interface JobAttempt {
  attempt: number;
  startedAt: Date;
  endedAt?: Date;
  /**
   * `postponed`: a source, or the database, asked to wait. `released`: put back into the queue at a shutdown.
   * Absent while the attempt runs.
   */
  outcome?: 'completed' | 'failed' | 'postponed' | 'cancelled' | 'interrupted' | 'released';
  error?: string;
}

/** A part of a job's log. Positions are in bytes from the first line ever written. */
export interface LogPart {
  /** The position of this part. */
  from: number;
  text: string;
  /** The position at which to continue. */
  position: number;
  /** How many bytes between the requested position and `from` were deleted: a log keeps its newest 1 MB. */
  dropped: number;
}

/** What the page of a job shows beside the job. */
export interface JobDetails {
  attempts: JobAttempt[];
  steps: JobStep[];
  /** The jobs it started, oldest first. */
  children: Job[];
}
