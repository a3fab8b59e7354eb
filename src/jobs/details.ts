import type { Job } from './job.ts';

/** What becomes of one part of a job. */
export const STEP_STATUSES = [
  'pending',
  'running',
  'completed',
  'failed',
  /** What it did was undone, because a later step failed for good. */
  'compensated',
  /** The job ended before it was its turn. */
  'skipped',
] as const;

export type StepStatus = (typeof STEP_STATUSES)[number];

export interface JobStep {
  name: string;
  status: StepStatus;
  /** What it returned; what is completed is not done again. */
  result?: unknown;
  error?: string;
  startedAt?: Date;
  endedAt?: Date;
}

export interface JobAttempt {
  attempt: number;
  startedAt: Date;
  endedAt?: Date;
  /** `released`: put back at a shutdown. Absent while it is under way. */
  outcome?: 'completed' | 'failed' | 'cancelled' | 'interrupted' | 'released';
  error?: string;
}

/** A part of a job's log. Positions are bytes from the first line ever written. */
export interface LogPart {
  /** Where this part begins. */
  from: number;
  text: string;
  /** Where to go on reading. */
  position: number;
  /** How many bytes between the position asked for and `from` are gone: a log keeps its newest 1 MB. */
  dropped: number;
}

/** What the page of a job shows beside the job. */
export interface JobDetails {
  attempts: JobAttempt[];
  steps: JobStep[];
  /** The jobs it started, oldest first. */
  children: Job[];
}
