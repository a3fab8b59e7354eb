import type { StartClaim } from '../jobs/index.ts';
import type { RunDelay, ScheduleRun } from './schedule.ts';

/**
 * Keeps schedules and their runs. Every write is one transaction, which is on disk when its promise
 * resolves. Times are milliseconds since 1970 UTC.
 */
export interface ScheduleStore {
  /**
   * The id of the schedule; of an equal one that was added at most `mergeMs` ago, if there is one, or of
   * the one that has its id.
   * Undefined when there are `most` schedules already.
   */
  add(schedule: NewSchedule, limits: AddLimits, made?: () => void): Promise<string | undefined>;
  /**
   * False when there is none, or it was edited since it was read.
   * @param isMoved whether `nextDue` is another one; else the row's stays.
   */
  edit(schedule: StoredSchedule, isMoved: boolean, made?: () => void): Promise<boolean>;
  /** Oldest first, each with its last run. */
  list(): Promise<ListedSchedule[]>;
  get(id: string): Promise<ListedSchedule | undefined>;
  /** Newest first. */
  runs(id: string, limit: number): Promise<ScheduleRun[]>;
  /** `made` is called in the transaction of the change, if there is one; so it is by the others. */
  pause(id: string, now: number, made?: () => void): Promise<boolean>;
  /** False when it is not paused, or was edited since it was read. */
  resume(
    schedule: StoredSchedule,
    nextDue: number | undefined,
    made?: () => void,
  ): Promise<boolean>;
  remove(id: string, made?: () => void): Promise<boolean>;

  /** Those of these types that are due until `now`, longest first. */
  due(now: number, types: string[]): Promise<StoredSchedule[]>;
  /** When the next one of these types is due, but those with these ids. */
  nextDue(types: string[], except: string[]): Promise<number | undefined>;
  /** Whether that due time has been decided. */
  hasRun(id: string, due: number): Promise<boolean>;
  /** Makes a schedule due at another time, unless it has changed since it was read. */
  moveDue(
    schedule: Pick<StoredSchedule, 'id' | 'nextDue' | 'version'>,
    to: number,
  ): Promise<boolean>;

  /** Decides a due time in the transaction that queues its job. */
  claimDue(run: DueRun): DecidedClaim;
  /** The same for a start by hand. */
  claimManual(id: string, now: number): DecidedClaim;
  /** Decides a due time without a job. False: another process was first. */
  refuse(run: DueRun, message: string): Promise<boolean>;
}

export interface AddLimits {
  most: number;
  /** 0: an equal one is another schedule. */
  mergeMs: number;
}

export interface StoredSchedule {
  id: string;
  type: string;
  input: Record<string, unknown>;
  sessionId?: string;
  client?: string;
  cron: string;
  timeZone: string;
  createdAt: number;
  pausedAt?: number;
  nextDue?: number;
  priority: number;
  timeoutMs?: number;
  /** How often it was edited. */
  version: number;
}

export type NewSchedule = Omit<StoredSchedule, 'pausedAt' | 'version'>;

export interface ListedSchedule extends StoredSchedule {
  lastRun?: ScheduleRun;
}

/** A due time that a process wants to decide. */
export interface DueRun {
  id: string;
  /** The schedule's own. */
  version: number;
  /** The due time that the schedule's row has: the first that is not decided. */
  from: number;
  /** The due time that is decided: the last until now. */
  due: number;
  /** When it is due next. */
  next: number | undefined;
  now: number;
  delay?: RunDelay;
  /** What no running process had when it was due. */
  lacked?: string;
}

/** What a claim has come to. */
export type Decision =
  /** Another process has decided that due time, or the schedule was changed or removed. */
  'gone' | 'taken' | { activeJobId: string };

export interface DecidedClaim extends StartClaim {
  /** Set when the claim was taken or refused. */
  readonly decision: Decision;
}
