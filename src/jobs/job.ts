import type { Failure, JobStatus } from './lifecycle.ts';

/**
 * Each operation adds its entry, name → input and output, by declaration merging:
 *
 *     declare module './job.ts' {
 *       interface JobTypes { scrape: { input: ScrapeInput; output: ScrapeResult } }
 *     }
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging, one file per type
export interface JobTypes {}

/** Any name in a program that declares no types. */
export type JobType = [keyof JobTypes] extends [never] ? string : keyof JobTypes & string;

/** The type of a tracked job. It needs no declaration, because its caller does the work. */
export type TrackedJobType = JobType | (string & {});

/**
 * What a handler saves together with its checkpoint. A module that stores such data adds its entry by
 * declaration merging, and what was saved to `SavedData`:
 *
 *     declare module './job.ts' {
 *       interface JobData { posts?: Post[] }
 *       interface SavedData { posts: { added: number } }
 *     }
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface JobData {}

// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface SavedData {}

/**
 * Saves what a handler commits, inside the store's own transaction: synchronous on SQLite, and with
 * no effect outside the database, because it may be run again after a rollback.
 */
export type SaveData = (data: JobData) => SavedData;

export interface JobProgress {
  current: number;
  /** 0 = unknown. */
  total: number;
  message: string;
  /** The current part of the work, when it has parts: `fetching`, `embedding`. */
  stage?: string;
}

/** A job as it is in the database, with progress not older than the last flush. */
export interface Job {
  id: string;
  type: JobType;
  status: JobStatus;
  createdAt: Date;
  /** When its latest attempt started. */
  startedAt?: Date;
  completedAt?: Date;
  updatedAt: Date;
  progress: JobProgress;
  /** Smoothed progress, in units per second; absent while it is unknown, and when the job stalls. */
  ratePerSecond?: number;
  /** Time left at that rate, in seconds; absent without a total. */
  etaSeconds?: number;
  /** The time of its last progress, if it stalls: it has been silent much longer than usual. */
  stalledSince?: Date;
  /** The checked input of a queued job, or what the caller of a tracked job gave. */
  metadata?: Record<string, unknown>;
  /** What the handler of a queued job returned. */
  result?: unknown;
  /** For a person: why it failed, or how it was stopped after a cancel. */
  errorMessage?: string;
  /** One per failed attempt, oldest first. */
  errors: string[];
  /** Why it failed permanently; see `FAILURES`. Stored when it fails. */
  failure?: Failure;
  /** How often it was started. Every write of a handler names its attempt. */
  attempt: number;
  /**
   * How many attempts count against `maxAttempts`, the current one included. Attempts that were
   * interrupted, postponed or moved the checkpoint do not count, nor do those before a retry by a person.
   */
  attemptsUsed: number;
  maxAttempts: number;
  /** When a retrying job is due. */
  retryAt?: Date;
  /** −10 to 10, 0 normal. Of the waiting jobs of a type, the highest starts first. */
  priority: number;
  /** It waits and was moved to the front of its queue: it starts before jobs of a higher priority. */
  movedToFront?: true;
  /** The time it was to start at. It stays when the job has started. */
  runAt?: Date;
  /** How long one attempt may run, in ms. */
  timeoutMs?: number;
  /** Its caller does the work itself, so that it cannot be resumed. */
  tracked: boolean;
  /** It is kept until somebody removes it. */
  pinned?: true;
  /** When a person removed the ended job from the taskbar. */
  dismissedAt?: Date;
  sessionId?: string;
  parentId?: string;
  /** The name of the agent that started it as a task, as the agent gave it. Untrusted text. */
  agent?: string;
}

/** What people have paused, so that a job waits. */
export type Pause = { type: string; source?: undefined } | { source: string; type?: undefined };

/** What no running process has, so that a job waits: its type, or what it needs, such as its source. */
export interface Lack {
  /** "type", "source". */
  what: string;
  /** Its name. */
  name: string;
}

/** Why a job waits; empty for one that does not, and where its position is not known. */
export interface Wait {
  /** Its position in the queue of its type, 1 = next. */
  place?: number;
  /** What is paused. */
  pause?: Pause;
  /** What no running process has. */
  lack?: Lack;
}

/** A job as pages show it. */
export interface JobView extends Wait {
  job: Job;
  /** The job's `ratePerSecond`. */
  perSecond?: number;
  /** The job's `stalledSince`. */
  stalledSince?: Date;
}
