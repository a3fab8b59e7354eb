import type { Database } from 'bun:sqlite';
import type { Clock } from './clock.ts';
import { isNewer } from './database.ts';
import { type DatabaseFiles, filesOf } from './database_files.ts';
import {
  DATABASE_LOG_GONE,
  DATABASE_NEWER,
  type DatabaseIssue,
  WriteRefused,
} from './database_issue.ts';
import type { DatabaseProbe } from './database_probe.ts';
import type { Logger } from './logger.ts';
import { type ProcessKind, SqliteProcessRegistry } from './process_registry.ts';
import { writerOf } from './writer.ts';

interface ProbeOptions {
  db: Database;
  kind: ProcessKind;
  clock: Clock;
  logger: Logger;
}

/**
 * A database of SQLite. A full disk or a locked database shows only when something is written; that its
 * files were moved or deleted does not show even then.
 */
export class SqliteProbe implements DatabaseProbe {
  readonly processes: SqliteProcessRegistry;
  readonly #files: DatabaseFiles | undefined;
  /** What was found in this turn of the event loop, if it was looked for. */
  #found: { issue: DatabaseIssue | undefined } | undefined;
  #isLogGone = false;

  constructor(private readonly options: ProbeOptions) {
    const { db, kind, clock } = options;
    this.processes = new SqliteProcessRegistry(db, kind, clock);
    this.#files = filesOf(db);
    refuseWritesToNewerDatabase(db);
  }

  /** Looks once per turn of the event loop: every start of a job asks. */
  obstacle(): DatabaseIssue | undefined {
    if (!this.#files) return undefined;
    if (!this.#found) {
      this.#found = { issue: this.#files.issue() };
      setImmediate(() => {
        this.#found = undefined;
      });
      const isLogGone = this.#found.issue === DATABASE_LOG_GONE;
      if (isLogGone && !this.#isLogGone) this.#saveLog();
      this.#isLogGone = isLogGone;
    }
    return this.#found.issue;
  }

  /** This process still has the deleted log open; the next one could not read it. */
  #saveLog(): void {
    try {
      this.options.db.run('PRAGMA wal_checkpoint');
    } catch (error) {
      this.options.logger.error('What is in the deleted log could not be saved.', { error });
    }
  }
}

function refuseWritesToNewerDatabase(db: Database): void {
  writerOf(db).join('health', {
    // Only a commit of another connection can have changed that.
    begun: (hasForeignChanges) => {
      if (hasForeignChanges && isNewer(db)) throw new WriteRefused(DATABASE_NEWER);
    },
    committing() {},
    committed() {},
    rolledBack() {},
  });
}
