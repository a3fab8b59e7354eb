import type { Database } from 'bun:sqlite';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { syncPath } from './database_switch.ts';

/** In the folder of a compiled program: an empty database with all migrations. */
export const EMPTY_DATABASE = 'empty.sqlite';

/** Where a database's header says twice that it is written ahead, and how. */
const WRITTEN_AHEAD = { from: 18, to: 20, value: 2 };

let template: string | undefined;

/** New databases begin as copies of this file from now on, if one is given: all migrations take 25 ms. */
export function beginDatabasesAs(path: string | undefined): void {
  template = path;
}

/** The content of such a file. @param db a new database in memory. */
export function emptyDatabaseOf(db: Database): Uint8Array {
  db.run("UPDATE job_feed SET id = ''");
  const { from, to, value } = WRITTEN_AHEAD;
  return new Uint8Array(db.serialize()).fill(value, from, to);
}

/** Gives a copy a feed of its own: programs that follow all jobs must not take it for another database. */
export function nameFeed(db: Database): void {
  const isUnnamed = db.query("SELECT 1 FROM job_feed WHERE id = ''").get();
  if (isUnnamed) db.run("UPDATE job_feed SET id = lower(hex(randomblob(6))) WHERE id = ''");
}

/**
 * Puts an empty database where no file is. When that fails, SQLite creates it, and what is wrong is
 * found then.
 */
export function beginDatabase(path: string): void {
  if (template === undefined || existsSync(path)) return;
  const partial = `${path}.new`;
  try {
    // Not as a copy of the file, which others may read.
    writeFileSync(partial, readFileSync(template));
    syncPath(partial);
    renameSync(partial, path);
  } catch {
    rmSync(partial, { force: true });
  }
}
