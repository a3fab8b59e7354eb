import type { Connections } from '../connections/index.ts';
import type { Tracker } from '../jobs/index.ts';
import type { OperationDeps } from '../operations/deps.ts';
import type { OperationForms, Operations } from '../operations/index.ts';
import type { Config } from '../platform/config.ts';
import type { Health } from '../platform/health.ts';
import type { Schedules } from '../schedules/index.ts';
import type { Webhooks } from '../webhooks/index.ts';
import type { Idempotent } from './http/idempotency.ts';
import type { EventStreams } from './live/event_streams.ts';
import type { JobUpdates } from './live/job_updates.ts';
import type { LiveTaskbar } from './live/taskbar.ts';
import type { ArchivePictures } from './routes/archive_pictures.ts';

/** The dependencies of the first page. */
export interface FirstDeps extends OperationDeps {
  tracker: Tracker;
  /** Loads the rest of the dependencies, once. */
  jobDeps(): Promise<JobDeps>;
  live: LiveTaskbar;
  health: Health;
  connections: Connections;
  config: Config;
  /** Aborts when the server stops, which ends all streams. */
  closing: AbortSignal;
}

/** What starts jobs, or tells of their ends. */
export interface JobDeps {
  /** The job types that are operations. */
  operations: Operations;
  webhooks: Webhooks;
  schedules: Schedules;
}

/** The dependencies of the routes. */
export interface WebDeps extends FirstDeps, JobDeps {
  forms: OperationForms;
  updates: JobUpdates;
  streams: EventStreams;
  /** Reports an error after an answer has begun, when it cannot be answered any more. */
  streamFailed: (error: unknown) => void;
  idempotent: Idempotent;
  pictures: ArchivePictures;
}
