import { Database } from 'bun:sqlite';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig } from './config.ts';
import { databaseIssueOf } from './database_issue.ts';

const MIGRATIONS = join(import.meta.dir, '..', '..', 'migrations');

/**
 * How long a statement waits for another process at the start, in ms: nobody waits for an answer yet,
 * and the other may be migrating. Later on, waiting is the writer's affair, which does it without
 * holding up anything else.
 */
const START_TIMEOUT_MS = 60_000;

/** After so many pages the log of changes is brought into the database: 16 MB. */
const CHECKPOINT_PAGES = 4_000;

/** What is left of that log's file once it was all brought in and begins anew, in bytes. */
const MAX_WAL_BYTES = 16 * 1024 * 1024;

/** `XGPT` in ASCII: tells this program's databases from those of others. */
const APPLICATION_ID = 0x58475054;

/** The file cannot be used as it is; the message says what to do. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}

/**
 * Opens the database at `path` (`:memory:` for one that lives as long as the process), creates
 * its folder and file when missing, and brings it to the newest migration.
 *
 * `synchronous=FULL`: a committed change survives a power cut. A single-row commit costs about
 * 0.15 ms that way, which is why progress is flushed in groups.
 * @throws DatabaseUnusable when the file is newer than this program, or is no database.
 */
export function openDatabase(path: string): Database {
  let db: Database | undefined;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    db = new Database(path, { create: true, strict: true });
    db.run(`PRAGMA busy_timeout = ${START_TIMEOUT_MS}`);
    if (isEmpty(db)) db.run('PRAGMA auto_vacuum = INCREMENTAL');
    refuseForeign(db, path);
    db.run('PRAGMA journal_mode = WAL');
    db.run('PRAGMA synchronous = FULL');
    db.run(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.run(`PRAGMA journal_size_limit = ${MAX_WAL_BYTES}`);
    db.run('PRAGMA foreign_keys = ON');
    migrate(db);
    db.run('PRAGMA busy_timeout = 0');
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof DatabaseUnusable) throw cause;
    const { title, remedy } = databaseIssueOf(cause) ?? {
      title: `${(cause as Error).message}.`,
      remedy: 'Move the file away.',
    };
    throw new DatabaseUnusable(
      `Cannot use the database ${path}. ${title} ${remedy} Or point XGPT_DATA_DIR at another folder.`,
      { cause },
    );
  }
}

let opened: Database | undefined;

/** The app's own database, in the data folder; opened at the first call. */
export function appDatabase(): Database {
  opened ??= openDatabase(loadConfig().databasePath);
  return opened;
}

/** Only then can it be decided that deleted pages are given back; it would lock any other file. */
function isEmpty(db: Database): boolean {
  return db.query<{ page_count: number }, []>('PRAGMA page_count').get()?.page_count === 0;
}

/** A file with tables that xgpt did not create belongs to another program. */
function refuseForeign(db: Database, path: string): void {
  const { application_id: id } = db
    .query<{ application_id: number }, []>('PRAGMA application_id')
    .get() ?? { application_id: 0 };
  if (id === APPLICATION_ID) return;
  const tables = db.query<{ name: string }, []>('SELECT name FROM sqlite_master').all();
  if (id !== 0 || (tables.length > 0 && !tables.some(({ name }) => name === 'migrations'))) {
    throw new DatabaseUnusable(
      `The database ${path} belongs to another program. Nothing in it was changed. Point XGPT_DATA_DIR at a folder of xgpt's own.`,
    );
  }
  db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
}

/**
 * Applies what is missing of `folder`'s numbered files, all in one transaction: each would wait for
 * the disk. Of one that fails nothing stays, and those before it do.
 */
export function migrate(db: Database, folder = MIGRATIONS): void {
  db.run(
    'CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
  );
  const newest = newestApplied(db);
  const known = newestKnown(folder);
  if (newest.number > known) {
    throw new DatabaseUnusable(
      `The database was written by a newer xgpt (it is at migration ${newest.name}; this program knows up to ${known}). Update xgpt, or point XGPT_DATA_DIR at another folder.`,
    );
  }
  const missing = filesIn(folder).filter((file) => numberOf(file) > newest.number);
  if (missing.length === 0) return;
  // A table that takes another's place must not take what refers to it along.
  const { foreign_keys: enforced } = db
    .query<{ foreign_keys: number }, []>('PRAGMA foreign_keys')
    .get() ?? { foreign_keys: 0 };
  db.run('PRAGMA foreign_keys = OFF');
  try {
    applyAll(db, folder, missing);
  } finally {
    db.run(`PRAGMA foreign_keys = ${enforced ? 'ON' : 'OFF'}`);
  }
}

function newestApplied(db: Database): { number: number; name: string } {
  const newest = db
    .query<{ number: number; name: string }, []>(
      'SELECT number, name FROM migrations ORDER BY number DESC LIMIT 1',
    )
    .get();
  return newest ?? { number: 0, name: 'none' };
}

function newestKnown(folder: string): number {
  return numberOf(filesIn(folder).at(-1) ?? '0000');
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
}

const KNOWN = newestKnown(MIGRATIONS);

/** Whether a newer program has migrated it. */
export function isNewer(db: Database): boolean {
  return newestApplied(db).number > KNOWN;
}

function applyAll(db: Database, folder: string, files: string[]): void {
  // A transaction within one is a savepoint.
  const apply = db.transaction((file: string) => applyOnce(db, folder, file));
  const failure = db
    .transaction(() => {
      for (const file of files) {
        try {
          apply(file);
        } catch (error) {
          // Some errors, such as a full disk, have rolled back everything.
          if (!db.inTransaction) throw error;
          return { error };
        }
      }
      return undefined;
    })
    .immediate();
  if (failure) throw failure.error;
}

function applyOnce(db: Database, folder: string, file: string): void {
  // The number is claimed before the file runs: of two processes that start together, one waits
  // for the other's transaction and then finds the number taken.
  const { changes } = db.run(
    'INSERT INTO migrations (number, name, applied_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    [numberOf(file), file.replace(/\.sql$/, ''), Date.now()],
  );
  if (changes === 1) db.run(readFileSync(join(folder, file), 'utf8'));
}

function numberOf(file: string): number {
  return Number.parseInt(file, 10);
}
