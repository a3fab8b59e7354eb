import type { Actor } from './audit.ts';
import type { JobDefinition } from './definition.ts';
import type { EngineOptions } from './engine/engine.ts';
import type { JobType } from './job.ts';
import type { SaveInTransaction } from './store/backend.ts';
import type { JobDatabase } from './tracker_defaults.ts';

export type { SaveInTransaction } from './store/backend.ts';

export interface TrackerOptions extends EngineOptions {
  /**
   * An open database, the path of a file of SQLite, or the address of a PostgreSQL database:
   * `postgres://user:password@host:port/database`. By default one of SQLite in memory.
   */
  database?: JobDatabase;
  /** The job types this process may start and run; `define` adds more. */
  definitions?: JobDefinition[];
  /** Types that the program queues for itself, and may define later: lists leave their jobs out from the start. */
  internal?: JobType[];
  /**
   * Stores what handlers commit; `saveWith` sets it later. By default nothing can be committed. On
   * PostgreSQL it gets the transaction, and may be asynchronous.
   */
  save?: SaveInTransaction;
}

export interface StartOptions {
  /** The id of the one job that this process runs, with the jobs it starts. By default all jobs. */
  only?: string;
}

/** Who acts, for the audit trail. Default: whoever this process acts for; see `actAs`. */
export interface By {
  by?: Actor;
}
