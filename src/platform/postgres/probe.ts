import type { Clock } from '../clock.ts';
import { DATABASE_NEWER, type DatabaseIssue } from '../database_issue.ts';
import type { DatabaseProbe } from '../database_probe.ts';
import type { ProcessKind } from '../process_registry.ts';
import type { Postgres } from './client.ts';
import { newestMigration } from './migrate.ts';
import { PostgresProcessRegistry } from './process_registry.ts';

/** A PostgreSQL database. Whether it can be reached and written to shows at each heartbeat. */
export class PostgresProbe implements DatabaseProbe {
  readonly processes: PostgresProcessRegistry;
  readonly #newestMigration = newestMigration();

  constructor(db: Postgres, kind: ProcessKind, clock: Clock) {
    this.processes = new PostgresProcessRegistry(db, kind, clock);
  }

  /** A newer xgpt has migrated it, as of the last heartbeat. */
  obstacle(): DatabaseIssue | undefined {
    return this.processes.newestMigration > this.#newestMigration ? DATABASE_NEWER : undefined;
  }
}
