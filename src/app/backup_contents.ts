import { Database } from 'bun:sqlite';
import type { Config } from '../platform/config.ts';
import { isNewer, migrate, newestApplied, ownerOf } from '../platform/database.ts';
import { setRandomStamp } from '../platform/database_header.ts';
import { asSentence } from '../text/sentence.ts';

/** A backup cannot be made or restored; the message says what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  constructor(
    readonly reason: 'not_found' | 'refused' | 'failed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Refuses what is about the file of SQLite where PostgreSQL keeps everything.
 * @throws BackupError
 */
export function refuseOnPostgres({ databaseUrl }: Pick<Config, 'databaseUrl'>): void {
  if (databaseUrl === undefined) return;
  throw new BackupError(
    'refused',
    'XGPT_DATABASE_URL is set: PostgreSQL keeps everything, and the data folder has a copy of it. Use pg_dump and pg_restore, as docs/cluster.md says. Keep the imports folder and the secret key, too.',
  );
}

/** The tables whose rows are counted for people, as pages count them: a long post has one vector, of several parts. */
const COUNTED = {
  jobs: 'jobs',
  posts: 'posts',
  profiles: 'profiles',
  vectors: '(SELECT DISTINCT post_key, model FROM vectors)',
};

/** How many a database has of what people count. */
export type BackupCounts = Record<keyof typeof COUNTED, number>;

/** What is true only of the processes that wrote the database. */
const OF_PROCESSES = ['processes', 'job_listeners'];

/**
 * Somebody who signed out after the backup was made would be signed in again, and a backup should not
 * contain what opens the server to whoever finds it.
 */
const SIGN_INS = ['sessions'];

/**
 * Proves that a file is a whole database of this xgpt or an older one, and removes what must not
 * survive in a copy: the list of running processes, and the sign-ins.
 * @param label how the file is called in messages.
 * @throws BackupError; the file is then not to be used.
 */
export function proveWhole(path: string, label: string): BackupCounts {
  const db = openCopy(path, label);
  try {
    refuseOthers(db, label);
    refuseDamaged(db, label);
    refuseOtherTables(db, label);
    for (const table of [...OF_PROCESSES, ...SIGN_INS]) {
      if (hasTable(db, table)) db.run(`DELETE FROM ${table}`);
    }
    // A program that follows all jobs must not continue in the copy where it stopped in the original.
    if (hasTable(db, 'job_feed')) db.run('UPDATE job_feed SET id = lower(hex(randomblob(6)))');
    setRandomStamp(db);
    return countRows(db);
  } catch (cause) {
    if (cause instanceof BackupError) throw cause;
    throw isDamage(cause) ? damaged(label, cause) : cause;
  } finally {
    db.close();
  }
}

/** The copy has one writer, and is flushed to the disk at the end: it needs no log of its own. */
function openCopy(path: string, label: string): Database {
  const db = new Database(path, { strict: true, readwrite: true });
  try {
    db.run('PRAGMA journal_mode = DELETE');
    db.run('PRAGMA synchronous = OFF');
    db.run('PRAGMA secure_delete = ON');
    return db;
  } catch (cause) {
    db.close();
    throw isDamage(cause) ? damaged(label, cause) : cause;
  }
}

function refuseOthers(db: Database, label: string): void {
  if (ownerOf(db) !== 'xgpt' || !hasTable(db, 'migrations')) {
    throw notOurs(label);
  }
  if (isNewer(db)) {
    throw new BackupError(
      'refused',
      `${label} was made by a newer xgpt (it is at migration ${newestApplied(db).name}). Update xgpt, then restore it.`,
    );
  }
}

function notOurs(label: string): BackupError {
  return new BackupError('refused', `${label} is not a database of xgpt.`);
}

function refuseDamaged(db: Database, label: string): void {
  const [found] = db
    .query<{ integrity_check: string }, []>('PRAGMA integrity_check(1)')
    .all()
    .map(({ integrity_check: text }) => text);
  if (found !== 'ok') throw damaged(label, new Error(found));
}

/** Someone has changed its tables: the program would fail on it at some later moment. */
function refuseOtherTables(db: Database, label: string): void {
  const model = new Database(':memory:');
  try {
    migrate(model, undefined, newestApplied(db).number);
    const present = new Set(columnsOf(db));
    const missing = columnsOf(model).find((column) => !present.has(column));
    if (missing === undefined) return;
    throw new BackupError(
      'refused',
      `${label} is not as xgpt made it: ${missing} is missing. Use another backup.`,
    );
  } finally {
    model.close();
  }
}

/** `table.column` of all tables. */
function columnsOf(db: Database): string[] {
  return db
    .query<{ path: string }, []>(
      `SELECT tables.name || '.' || columns.name AS path
       FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' ORDER BY 1`,
    )
    .all()
    .map(({ path }) => path);
}

function isDamage(error: unknown): boolean {
  return /^SQLITE_(NOTADB|CORRUPT)/.test(String((error as { code?: unknown }).code));
}

function damaged(label: string, cause: unknown): BackupError {
  if ((cause as { code?: unknown }).code === 'SQLITE_NOTADB') return notOurs(label);
  return new BackupError(
    'refused',
    `${label} is damaged: ${asSentence((cause as Error).message)}`,
    { cause },
  );
}

function hasTable(db: Database, name: string): boolean {
  return (
    db.query('SELECT 1 FROM sqlite_master WHERE type = ? AND name = ?').get('table', name) !== null
  );
}

function countRows(db: Database): BackupCounts {
  const counted = Object.entries(COUNTED).map(([table, rows]) => {
    if (!hasTable(db, table)) return [table, 0];
    const row = db.query<{ n: number }, []>(`SELECT COUNT(*) AS n FROM ${rows}`).get();
    return [table, row?.n ?? 0];
  });
  return Object.fromEntries(counted) as BackupCounts;
}
