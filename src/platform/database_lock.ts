import { Database } from 'bun:sqlite';

/** How long a process waits for another that is opening or restoring the database, in ms. */
const WAIT_MS = 60_000;

/**
 * Records, for as long as a process has a database open, that it does. Two files beside the database
 * carry the locks, which SQLite takes and the system releases when a process ends, however it ends.
 * Neither file has any content.
 *
 * `-open` is held by one process at a time, while it opens the database or restores it; `-lock` is
 * shared by all that have it open.
 */
export class DatabaseLock {
  readonly #gate: Database;
  readonly #use: Database;
  /** Whether no other process, and nothing else in this one, has the database open. */
  readonly isAlone: boolean;

  /**
   * Waits until no other process is opening or restoring the database.
   * @throws SQLiteError when the folder cannot be written to; SQLITE_BUSY after `waitMs`.
   */
  constructor(path: string, waitMs = WAIT_MS) {
    this.#gate = lockFile(`${path}-open`, waitMs);
    try {
      this.#gate.run('BEGIN EXCLUSIVE');
      this.#use = lockFile(`${path}-lock`, 0);
      this.isAlone = this.#lockAlone();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** The database is open: others may open it too. */
  share(): void {
    // Nobody gets in between: that takes the gate.
    if (this.isAlone) this.#use.run('ROLLBACK');
    this.#use.run('BEGIN');
    this.#use.query('SELECT 1 FROM sqlite_master').get();
    this.#gate.close();
  }

  /** The database is closed, or was not opened. */
  release(): void {
    this.#use?.close();
    this.#gate.close();
  }

  #lockAlone(): boolean {
    try {
      this.#use.run('BEGIN EXCLUSIVE');
      return true;
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error;
      return false;
    }
  }
}

function lockFile(path: string, waitMs: number): Database {
  const file = new Database(path, { create: true });
  file.run(`PRAGMA busy_timeout = ${waitMs}`);
  // A transaction without changes would leave a journal behind when the process is killed.
  file.run('PRAGMA journal_mode = MEMORY');
  return file;
}
