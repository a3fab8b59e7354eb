import type { Job } from './job.ts';
import type { JobStatus } from './lifecycle.ts';

/** A schedule as everybody sees it: the server, its pages, the terminal and other programs. */

/** What became of a due time: a job, none because the former one was active, or a refusal. */
export const RUN_OUTCOMES = ['started', 'skipped', 'refused'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/**
 * Why a run was late: no process of xgpt was running, the machine was asleep (or its clock was set
 * forward), or the database could not be written.
 */
export const RUN_DELAYS = ['stopped', 'asleep', 'blocked'] as const;
export type RunDelay = (typeof RUN_DELAYS)[number];

/** How often something is repeated, as forms and commands offer it. */
export const EVERY = ['night', 'day', 'hour', 'week', 'cron'] as const;
export type Every = (typeof EVERY)[number];

/** The names of the fields that say when a schedule is due. */
export const SCHEDULE_TIMES = ['every', 'at', 'day', 'cron', 'timeZone'] as const;

/** Of those that say how each of its jobs starts. */
export const SCHEDULE_OPTIONS = ['sessionId', 'priority', 'timeoutMs'] as const;

/** In the order of cron: Sunday is 0. */
export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

/** Something that starts by itself. */
export interface Schedule {
  /** `schedule-<uuidv7>`. */
  id: string;
  /** The type of the jobs it starts. */
  type: string;
  /** Their input; without defaults while `problem` says that it is invalid. */
  input: Record<string, unknown>;
  sessionId?: string;
  /** That of its jobs: −10 to 10, 0 normal. */
  priority: number;
  /** How long one attempt of its jobs may run, in ms. Absent: as long as their type says. */
  timeoutMs?: number;
  cron: string;
  timeZone: string;
  createdAt: Date;
  pausedAt?: Date;
  /** Absent while it is paused. */
  nextDueAt?: Date;
  /** Why it can start nothing at present. */
  problem?: string;
  /** What is paused, so that its jobs wait: "scrape is paused", "the source x is paused". */
  jobsWait?: string;
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
  /** Of a late run: what no running process had when it was due, such as "the source notes". */
  lacked?: string;
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

/** When a schedule is due, as it is sent: by `every`, or by `cron`. */
export interface ScheduleTimes {
  /** Default: `night`. */
  every?: Every;
  /** The time of day, for `night`, `day` and `week`: `03:00` by default. */
  at?: string;
  /** For `week`: `monday` by default. */
  day?: (typeof WEEKDAYS)[number];
  /** Five fields, or six with seconds in front. */
  cron?: string;
  /** An IANA time zone. Default: that of the server. */
  timeZone?: string;
}

/** How the jobs of a schedule start, as it is sent. */
export interface ScheduledStart {
  sessionId?: string;
  /** −10 to 10, 0 by default. */
  priority?: number;
  /** How long one attempt may run, in ms. Default: the limit of the type. */
  timeoutMs?: number;
}

/** When a repetition is due next. */
export interface DuePreview {
  cron: string;
  /** `every night at 03:00`. */
  repeats: string;
  timeZone: string;
  /** The next times, soonest first; three at most. */
  dueAt: Date[];
}
