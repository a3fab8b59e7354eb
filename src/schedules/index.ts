/** Schedules: what starts jobs by itself, and when. */
import type { Database } from 'bun:sqlite';
import type { Tracker } from '../jobs/index.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { type Logger, silentLogger } from '../platform/logger.ts';
import { writerOf } from '../platform/writer.ts';
import { Schedules, type SchedulesDeps } from './schedules.ts';
import { createSqliteScheduleStore } from './sqlite_store.ts';

export { machineZone } from './cron.ts';
export { NotRepeatable, problemOf } from './once.ts';
export { cronOf, DEFAULT_AT, type Repetition, repetitionOf } from './repetition.ts';
export {
  type DuePreview,
  EVERY,
  NoSuchSchedule,
  RUN_DELAYS,
  RUN_OUTCOMES,
  SCHEDULE_OPTIONS,
  SCHEDULE_TIMES,
  type Schedule,
  ScheduleActive,
  type ScheduleChanges,
  type ScheduledStart,
  type ScheduleRequest,
  type ScheduleRun,
  type ScheduleTimes,
  WEEKDAYS,
} from './schedule.ts';
export type { Schedules } from './schedules.ts';

interface Options extends Pick<SchedulesDeps, 'repeatedDefaults' | 'isOnce'> {
  database: Database;
  tracker: Tracker;
  clock?: Clock;
  logger?: Logger;
}

/** The schedules of a database. Nothing is started before `start`. */
export function createSchedules({ database, ...options }: Options): Schedules {
  const { clock = systemClock, logger = silentLogger } = options;
  const store = createSqliteScheduleStore(database, writerOf(database));
  return new Schedules({ ...options, store, clock, logger });
}
