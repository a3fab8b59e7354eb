/** The job system: jobs kept in SQLite, run, watched and cancelled. Knows no HTTP and no HTML. */
import { loadConfig, unknownSettings } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { createLogger } from '../platform/logger.ts';
import type { Postgres } from '../platform/postgres/client.ts';
import { listProcesses } from '../platform/process_registry.ts';
import { userName } from '../platform/user_name.ts';
import type { Actor } from './audit.ts';
import type { JobType } from './job.ts';
import { createTracker } from './tracker.ts';

export { type Clock, systemClock } from '../platform/clock.ts';
export {
  ACTOR_KINDS,
  type Actor,
  type ActorKind,
  AUDIT_ACTIONS,
  AUDIT_KINDS,
  type AuditAction,
  type AuditChange,
  type AuditEntry,
  type AuditPage,
  type AuditQuery,
  type AuditTrail,
  isAutomatic,
  type RecordChange,
  recordNothing,
  type Settings,
} from './audit.ts';
export {
  defineJob,
  type InputOf,
  JOB_TYPE_PATTERN,
  type JobDefinition,
  type OutputOf,
} from './definition.ts';
export type { JobAttempt, JobDetails, JobStep, LogPart, StepStatus } from './details.ts';
export { STEP_STATUSES } from './details.ts';
export { BULK_ACTIONS, type BulkAction, type BulkOutcome, isOpenTo } from './engine/bulk.ts';
export type { JobContext, QueuedJobContext } from './engine/context.ts';
export type { Enqueued } from './engine/enqueuer.ts';
export type { DatabaseWatch, ErrorReporter } from './engine/error_reporter.ts';
export { problemsOf, readSession, SESSION_PATTERN } from './engine/input.ts';
export { DOUBLE_PRESS_MS } from './engine/recent_starts.ts';
export type { RetryPolicy } from './engine/retry.ts';
export type { Needing } from './engine/serving.ts';
export {
  checkedStart,
  MAX_DELAY_MS,
  MAX_PRIORITY,
  MAX_TIMEOUT_MS,
  OPTION_NAMES,
  readStartOptions,
  START_OPTIONS,
  type StartOptions,
} from './engine/start_options.ts';
export {
  InvalidInput,
  JobStopped,
  JobTimedOut,
  messageOf,
  PermanentError,
  TooManyWaiting,
  UnknownJobType,
} from './errors.ts';
export type { Change, Feed } from './feed.ts';
export type { AfterEnd, FollowUp } from './follow_up.ts';
export {
  HISTORY_STEPS,
  type History,
  type HistoryQuery,
  type Period,
  type TypeHistory,
} from './history.ts';
export type {
  Job,
  JobData,
  JobProgress,
  JobType,
  JobTypes,
  Lack,
  SavedData,
  TrackedJobType,
  Wait,
} from './job.ts';
export type { LaneState } from './lanes.ts';
export {
  type FinalStatus,
  isActive,
  isCancellable,
  isFinal,
  isRunning,
  isWaiting,
  JOB_STATUSES,
  type JobStatus,
} from './lifecycle.ts';
export {
  FAILURES,
  type Failure,
  filterText,
  type JobPage,
  type JobQuery,
  type RecentSession,
  type SessionSummary,
  type Tally,
} from './listing.ts';
export type { Need } from './needs.ts';
export type { TypeQueue } from './queue.ts';
export type { PauseOf, TrackerReader, WaitOf } from './reader.ts';
export { createAuditRecorder } from './store/sqlite/audit.ts';
export type { Inserted, StartClaim } from './store/store.ts';
export {
  createTracker,
  MAX_CONCURRENCY,
  type Tracker,
  type TrackerOptions,
} from './tracker.ts';

export { type HoldOf, placesIn } from './waits.ts';
export { type Worker, type Workforce, workforceOf } from './workers.ts';

/** Who uses the tracker without naming an actor. Read only when something is recorded. */
const PROGRAM: Actor = {
  via: 'program',
  get user() {
    return userName();
  },
};

/** The app's own tracker, over the database in the data folder; opened at its first use. */
export const jobTracker = createTracker(() => {
  const config = loadConfig();
  const logger = createLogger(config.logLevel);
  for (const warning of unknownSettings()) logger.warn(warning);
  const { databaseUrl } = config;
  const database = databaseUrl === undefined ? appDatabase() : postgresOf(databaseUrl);
  return {
    database,
    queue: config.queueUrl,
    logger,
    actor: PROGRAM,
    // Webhooks define it, which the first page does without.
    internal: ['deliver' as JobType],
    processes: () => listProcesses(database),
    leaseMs: config.leaseMs,
    cancelGraceMs: config.cancelGraceMs,
    keepFinishedMs: config.keepFinishedMs,
    keepAuditMs: config.keepAuditMs,
    concurrency: config.concurrency,
    maxWaiting: config.maxWaiting,
    maxResultBytes: config.maxResultBytes,
  };
});

/** Few programs need it. */
function postgresOf(address: string): Postgres {
  const { appPostgres }: typeof import('../platform/postgres/app.ts') =
    require('../platform/postgres/app.ts');
  return appPostgres(address);
}
