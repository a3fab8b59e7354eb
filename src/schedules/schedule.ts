import type { Job, JobStatus } from '../jobs/index.ts';

/** What became of a due time: a job, none because the former one was active, or a refusal. */
export const RUN_OUTCOMES = ['started', 'skipped', 'refused'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/**
 * Why a run was late: no process of xgpt was running, the machine was asleep (or its clock was set
 * forward), or the database could not be written.
 */
export const RUN_DELAYS = ['stopped', 'asleep', 'blocked'] as const;
export type RunDelay = (typeof RUN_DELAYS)[number];

/** Something that starts by itself. */
export interface Schedule {
  /** `schedule-<uuidv7>`. */
  id: string;
  /** The type of the jobs it starts. */
  type: string;
  /** Their input; without defaults while `problem` says that it is invalid. */
  input: Record<string, unknown>;
  sessionId?: string;
  cron: string;
  timeZone: string;
  createdAt: Date;
  pausedAt?: Date;
  /** Absent while it is paused. */
  nextDueAt?: Date;
  /** Why it can start nothing at present. */
  problem?: string;
  lastRun?: ScheduleRun;
}

/** One due time, or a start by hand. */
export interface ScheduleRun {
  /** When it was started, skipped or refused. */
  at: Date;
  /** Absent for a start by hand. */
  dueAt?: Date;
  outcome: RunOutcome;
  /** Present when it was late. */
  delay?: RunDelay;
  /** There are earlier due times, from this one on, for which nothing was started. */
  missedSince?: Date;
  /** Why it was refused. */
  message?: string;
  /** The job that was started, or the active one because of which none was. */
  job?: ScheduledJob;
}

/** What is known of a job, also after it was deleted. */
export interface ScheduledJob extends Pick<Job, 'result' | 'errorMessage'> {
  id: string;
  /** Absent when it is not known any more. */
  status?: JobStatus;
  completedAt?: Date;
  /** It was removed, or deleted because it ended long ago. */
  isDeleted: boolean;
}

/** A schedule to be added. */
export interface ScheduleRequest {
  type: string;
  input: Record<string, unknown>;
  /** Five fields, or six with seconds in front; or a nickname such as `@daily`. */
  cron: string;
  /** An IANA time zone. */
  timeZone: string;
  sessionId?: string;
  /** Names the client, for the limit of waiting jobs of each client. */
  client?: string;
}

export class NoSuchSchedule extends Error {
  override readonly name = 'NoSuchSchedule';
  constructor() {
    super('There is no such schedule.');
  }
}

/** It was not started by hand, because a job of it is active. */
export class ScheduleActive extends Error {
  override readonly name = 'ScheduleActive';
  constructor(readonly jobId: string) {
    super('A job of this schedule is still active.');
  }
}
