/** Schedules: what starts jobs by itself, and when. */
import { Database } from 'bun:sqlite';
import type { Tracker } from '../jobs/index.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { type Logger, silentLogger } from '../platform/logger.ts';
import type { Postgres } from '../platform/postgres/client.ts';
import { writerOf } from '../platform/writer.ts';
import { Schedules, type SchedulesDeps } from './schedules.ts';
import { createSqliteScheduleStore } from './sqlite_store.ts';
import type { ScheduleStore } from './store.ts';

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
  /** The one of the tracker. On PostgreSQL, it is the tracker's own connection. */
  database: Database | Postgres;
  tracker: Tracker;
  clock?: Clock;
  logger?: Logger;
}

/** The schedules of a database. Nothing is started before `start`. */
export function createSchedules({ database, ...options }: Options): Schedules {
  const { clock = systemClock, logger = silentLogger } = options;
  return new Schedules({ ...options, store: storeOver(database), clock, logger });
}

/** Keeps schedules in that database. */
export function storeOver(database: Database | Postgres): ScheduleStore {
  if (database instanceof Database) return createSqliteScheduleStore(database, writerOf(database));
  // Few programs need it.
  const { createPostgresScheduleStore }: typeof import('./postgres_store.ts') =
    require('./postgres_store.ts');
  return createPostgresScheduleStore(database);
}
