import type { Database } from 'bun:sqlite';
import type { Actor } from './audit.ts';
import type { JobDefinition } from './definition.ts';
import type { EngineOptions } from './engine/engine.ts';
import type { JobType, SaveData } from './job.ts';

export interface TrackerOptions extends EngineOptions {
  /** An open database, or the path of its file. By default one in memory. */
  database?: Database | string;
  /** The job types this process may start and run; `define` adds more. */
  definitions?: JobDefinition[];
  /** Types that the program queues for itself, and may define later: lists leave their jobs out from the start. */
  internal?: JobType[];
  /** Stores what handlers commit; `saveWith` sets it later. By default nothing can be committed. */
  save?: SaveData;
}

export interface StartOptions {
  /** The id of the one job that this process runs, with the jobs it starts. By default all jobs. */
  only?: string;
}

/** Who acts, for the audit trail. Default: whoever this process acts for; see `actAs`. */
export interface By {
  by?: Actor;
}
