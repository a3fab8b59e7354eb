import { Database } from 'bun:sqlite';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asSentence } from '../text/sentence.ts';
import { loadConfig } from './config.ts';
import { DatabaseFiles, rememberFiles } from './database_files.ts';
import { APPLICATION_ID, createStamper, renewStamp } from './database_header.ts';
import {
  DATABASE_OVERWRITTEN,
  DatabaseUnusable,
  databaseIssueOf,
  unusableMessage,
} from './database_issue.ts';
import { DatabaseLock } from './database_lock.ts';
import { finishSwitch, removeStaged } from './database_switch.ts';
import { beginDatabase, nameFeed } from './empty_database.ts';
import { walStateOf } from './foreign_wal.ts';
import { finalizeStatements } from './statement.ts';
import { writerOf } from './writer.ts';

export { DatabaseUnusable } from './database_issue.ts';

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

/** How often a log that is missing is looked for, and how long between two looks, in ms. */
const LOG_LOOKS = { count: 40, pauseMs: 50 };

/**
 * Opens the database at `path` (`:memory:` for one that lives as long as the process), creates
 * its folder and file when missing, and brings it to the newest migration.
 *
 * `synchronous=FULL`: a committed change survives a power cut. A single-row commit costs about
 * 0.15 ms that way, which is why progress is flushed in groups. `secure_delete=ON`: what is deleted is
 * overwritten. It has to be on for all writes: pages also keep earlier states of rows that were updated or
 * moved, which no later deletion reaches.
 * @throws DatabaseUnusable when the file is newer than this program, is no database, is being
 * restored, or lies beside the write-ahead log of another one.
 */
export function openDatabase(path: string): Database {
  try {
    if (path === ':memory:') return openMemory();
    mkdirSync(dirname(path), { recursive: true });
    return openLocked(path);
  } catch (cause) {
    if (cause instanceof DatabaseUnusable) throw cause;
    const issue = databaseIssueOf(cause) ?? {
      title: asSentence((cause as Error).message),
      remedy: 'Move the file away.',
    };
    throw new DatabaseUnusable(unusableMessage(path, issue), { cause });
  }
}

/** An empty database with all migrations. */
let migrated: Uint8Array | undefined;

/** The first database in memory runs the migrations, the others are copies: migrations take some 15 ms. */
function openMemory(): Database {
  if (migrated) return prepare(Database.deserialize(migrated, { strict: true }), ':memory:');
  const db = openFile(':memory:');
  migrated = db.serialize();
  return db;
}

/** Opens the database while no other process opens or restores it. */
function openLocked(path: string): Database {
  const lock = new DatabaseLock(path);
  let undo = () => {};
  try {
    if (lock.isAlone) undo = prepareFiles(path);
    else refuseMissingLog(path);
    const db = openFile(path);
    const files = new DatabaseFiles(path);
    rememberFiles(db, files);
    const stamper = createStamper(db, () => files.isLogDone());
    writerOf(db).join('stamp', { ...stamper, committed() {}, rolledBack() {} });
    lock.share();
    const close = db.close.bind(db);
    db.close = (...how) => {
      // Closing it would bring the log into the other file; the system closes it when the process ends.
      if (files.issue() === DATABASE_OVERWRITTEN) return;
      close(...how);
      files.close();
      lock.release();
    };
    return db;
  } catch (error) {
    undo();
    lock.release();
    throw error;
  }
}

/** @returns a function that undoes it. */
function prepareFiles(path: string): () => void {
  finishSwitch(path);
  removeStaged(path);
  const state = walStateOf(path);
  if (state === 'foreign') throw new DatabaseUnusable(foreignLogMessage(path));
  if (state !== 'none') return () => {};
  beginDatabase(path);
  return renewStamp(path);
}

function foreignLogMessage(path: string): string {
  const log = `${path}-wal`;
  if (!existsSync(path) || statSync(path).size === 0) {
    return `The database ${path} is missing or empty, while a part of it is still in ${log}. Nothing was changed. Put the database back, or run xgpt restore with the file of a backup. To begin a new database, delete ${log}.`;
  }
  return `The database ${path} was replaced, and ${log} belongs to the former one: it would damage this one or bring back a later state. Nothing was changed. To use a backup, run xgpt restore with its file; for the file that is now in place, run xgpt restore ${path}.`;
}

/** Another process has the database open. It removes the logs when it ends, which takes a moment. */
function refuseMissingLog(path: string): void {
  const isMissing = () => ['-wal', '-shm'].some((suffix) => !existsSync(path + suffix));
  for (let looks = 1; isMissing(); looks++) {
    if (looks === LOG_LOOKS.count) {
      throw new DatabaseUnusable(
        `xgpt.sqlite-wal or xgpt.sqlite-shm was deleted in ${dirname(path)} while another xgpt process uses the database. Stop all xgpt processes of this data folder, then start them again.`,
      );
    }
    Bun.sleepSync(LOG_LOOKS.pauseMs);
  }
}

function openFile(path: string): Database {
  return prepare(new Database(path, { create: true, strict: true }), path);
}

function prepare(db: Database, path: string): Database {
  try {
    db.run(`PRAGMA busy_timeout = ${START_TIMEOUT_MS}`);
    if (isEmpty(db)) db.run('PRAGMA auto_vacuum = INCREMENTAL');
    refuseForeign(db, path);
    db.run('PRAGMA journal_mode = WAL');
    db.run('PRAGMA synchronous = FULL');
    db.run(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.run(`PRAGMA journal_size_limit = ${MAX_WAL_BYTES}`);
    db.run('PRAGMA foreign_keys = ON');
    db.run('PRAGMA secure_delete = ON');
    migrate(db);
    nameFeed(db);
    db.run('PRAGMA busy_timeout = 0');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

let opened: Database | undefined;

/** The app's own database, in the data folder; opened at the first call. */
export function appDatabase(): Database {
  opened ??= openDatabase(loadConfig().databasePath);
  return opened;
}

/**
 * Closes it, if it was opened; the next call of `appDatabase` opens it again.
 * @throws SQLiteError when a statement is still in use: its files would be closed later, and the log removed
 * that a new database has by then.
 */
export function closeAppDatabase(): void {
  if (!opened) return;
  finalizeStatements(opened);
  opened.close(true);
  opened = undefined;
}

/** Only then can it be decided that deleted pages are given back; it would lock any other file. */
function isEmpty(db: Database): boolean {
  return db.query<{ page_count: number }, []>('PRAGMA page_count').get()?.page_count === 0;
}

/** Whose database it is. A file with tables that xgpt did not create belongs to another program. */
export function ownerOf(db: Database): 'xgpt' | 'nobody' | 'another program' {
  const id = applicationIdOf(db);
  if (id === APPLICATION_ID) return 'xgpt';
  if (id !== 0) return 'another program';
  const tables = db.query<{ name: string }, []>('SELECT name FROM sqlite_master').all();
  if (tables.length === 0) return 'nobody';
  return tables.some(({ name }) => name === 'migrations') ? 'xgpt' : 'another program';
}

function applicationIdOf(db: Database): number | undefined {
  return db.query<{ application_id: number }, []>('PRAGMA application_id').get()?.application_id;
}

function refuseForeign(db: Database, path: string): void {
  if (ownerOf(db) === 'another program') {
    throw new DatabaseUnusable(
      `The database ${path} belongs to another program. Nothing in it was changed. Point XGPT_DATA_DIR at a folder of xgpt's own.`,
    );
  }
  if (applicationIdOf(db) !== APPLICATION_ID) db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
}

/**
 * Applies what is missing of `folder`'s numbered files, all in one transaction: each would wait for
 * the disk. Of one that fails nothing stays, and those before it do.
 * @param last the number of the last file to apply; by default all are.
 */
export function migrate(db: Database, folder = MIGRATIONS, last = Number.MAX_VALUE): void {
  db.run(
    'CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
  );
  const newest = newestApplied(db);
  const files = filesIn(folder);
  const known = newestIn(files);
  if (newest.number > known) {
    throw new DatabaseUnusable(
      `The database was written by a newer xgpt (it is at migration ${newest.name}; this program knows up to ${known}). Update xgpt, or point XGPT_DATA_DIR at another folder.`,
    );
  }
  const missing = files.filter((file) => numberOf(file) > newest.number && numberOf(file) <= last);
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

/** The newest migration in a database of xgpt. */
export function newestApplied(db: Database): { number: number; name: string } {
  const newest = db
    .query<{ number: number; name: string }, []>(
      'SELECT number, name FROM migrations ORDER BY number DESC LIMIT 1',
    )
    .get();
  return newest ?? { number: 0, name: 'none' };
}

function newestIn(files: string[]): number {
  return numberOf(files.at(-1) ?? '0000');
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
}

const KNOWN = newestIn(filesIn(MIGRATIONS));

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
