import type { Fence } from './store.ts';

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

/**
 * What the database knows of a job beyond the job: its log, its attempts, its steps. A write of a
 * handler that names an attempt which is not at work changes nothing and returns false.
 */
export interface JobDetailsStore {
  /** Appends whole lines, each with its line break. */
  appendLog(fence: Fence, text: string): boolean;
  /**
   * At most `limit` bytes (4 or more) from `position`, or from the next character when that is
   * within one. It ends with a line break, unless the first line alone is longer.
   */
  readLog(id: string, position: number, limit: number): LogPart;
  /** One after the last byte. */
  logEnd(id: string): number;

  attempts(id: string): JobAttempt[];

  /** In their order. */
  steps(id: string): JobStep[];
  /** Names the steps that will come, unless they are known. */
  planSteps(fence: Fence, names: readonly string[]): void;
  beginStep(fence: Fence, name: string, now: number): boolean;
  completeStep(fence: Fence, name: string, result: unknown, now: number): boolean;
  failStep(fence: Fence, name: string, error: string, now: number): boolean;
  compensateStep(fence: Fence, name: string, now: number): boolean;

  /** Why the job has failed for good, while its steps are being undone. */
  undoing(id: string): string | undefined;
  beginUndoing(fence: Fence, reason: string): boolean;
}
