/** Something outside the program keeps it from using the database. It resumes when that is gone. */
export interface DatabaseIssue {
  /** Stable, for programs: `disk_full`. */
  code: string;
  /** What happened, as a sentence. */
  title: string;
  /** What to do, as sentences. */
  remedy: string;
  /** The remedy for a program that is running: also what was kept, and whether it resumes automatically. */
  advice: string;
  /** Logged when the issue is gone: what is true again, as the end of a sentence. */
  recovered: string;
}

/** The file cannot be used as it is; the message says what to do. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}

/** What a start or a command says of a database that it cannot use, whether or not xgpt is running. */
export function unusableMessage(
  path: string,
  { title, remedy }: Pick<DatabaseIssue, 'title' | 'remedy'>,
): string {
  return `Cannot use the database ${path}. ${title} ${remedy} You can also point XGPT_DATA_DIR at another folder.`;
}

/** A write that would succeed was refused, because its result would be lost or wrong. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused';
  constructor(readonly issue: DatabaseIssue) {
    super(issue.title);
  }
}

/** A statement failed, because something outside the program keeps the database from being used. */
export class DatabaseFailed extends Error {
  override readonly name = 'DatabaseFailed';
  constructor(
    readonly issue: DatabaseIssue,
    cause?: unknown,
  ) {
    super(`${issue.title} ${issue.remedy}`, { cause });
  }
}

export function temporary(
  code: string,
  title: string,
  remedy: string,
  recovered: string,
): DatabaseIssue {
  const advice = `${remedy} xgpt then resumes automatically. Nothing that was confirmed is lost.`;
  return { code, title, remedy, advice, recovered };
}

export function permanent(
  code: string,
  title: string,
  remedy: string,
  recovered: string,
): DatabaseIssue {
  return { code, title, remedy, advice: remedy, recovered };
}

const DISK_FULL = temporary(
  'disk_full',
  'The disk is full.',
  'Free some space on the disk that holds the data folder.',
  'the disk has space again',
);

const READ_ONLY = temporary(
  'database_read_only',
  'The database cannot be written to.',
  'Make the data folder and the files in it writable for the user that runs xgpt.',
  'the database can be written to again',
);

const BUSY = temporary(
  'database_busy',
  'The database is busy: another process has been writing to it for seconds.',
  'Let it finish, or stop it. It may be another xgpt process.',
  'the database is no longer busy',
);

const DISK_FAILING = temporary(
  'disk_failing',
  'The disk reports errors.',
  'Check whether the disk is full or broken, and whether the data folder still exists.',
  'the disk works again',
);

/** The code of a file that cannot be opened, and of a server that does not answer. */
export const DATABASE_UNREACHABLE = 'database_unreachable';

const UNREACHABLE = temporary(
  DATABASE_UNREACHABLE,
  'The database file cannot be opened.',
  'Make the data folder and the files in it readable and writable for the user that runs xgpt.',
  'the database file can be opened again',
);

/** True whether or not xgpt is running. */
export const RESTORE =
  'If xgpt is running, stop it. Then put a backup in its place with: xgpt restore <file>.';

const DAMAGED = permanent(
  'database_damaged',
  'The database file is damaged.',
  `${RESTORE} The damaged files are kept beside it. Without a backup, “sqlite3 xgpt.sqlite .recover” prints what can still be read, as SQL.`,
  'the database file is intact',
);

/** The file is a replica of what PostgreSQL keeps. */
export const REPLICA_DAMAGED = permanent(
  'replica_damaged',
  'The copy of the data on this machine, replica.sqlite, is damaged.',
  'Stop all xgpt processes of this data folder, then start them again: the first one copies it anew from PostgreSQL. Nothing is lost.',
  'the copy of the data is intact',
);

/** What the error of a damaged file means. */
let damageOfSqlite = DAMAGED;

/** For a process whose databases of SQLite are replicas. */
export function setDamageOfSqlite(issue: DatabaseIssue): void {
  damageOfSqlite = issue;
}

/** The file at the database's path is no longer the one that is open. */
export const DATABASE_GONE = permanent(
  'database_gone',
  'The database file was moved or deleted while xgpt was running.',
  'Stop all xgpt processes of this data folder. Then put the folder back where it was, or put a backup in its place with: xgpt restore <file>. A start without either begins a new database.',
  'the database file is back in its place',
);

/** Another file was copied over the one that is open. */
export const DATABASE_OVERWRITTEN = permanent(
  'database_overwritten',
  'The database file was overwritten while xgpt was running.',
  'Stop all xgpt processes of this data folder. Then put a backup in its place with: xgpt restore <file>. Nothing is written until then.',
  'the database file is the one that was opened',
);

/** What was committed may lie in a log that no later process can find. */
export const DATABASE_LOG_GONE = permanent(
  'database_log_gone',
  'xgpt.sqlite-wal or xgpt.sqlite-shm was deleted or replaced while xgpt was running.',
  'Stop all xgpt processes of this data folder with Ctrl-C or SIGTERM, which saves everything into xgpt.sqlite. Then start them again. Nothing is written until then.',
  'the files of the database are back in their place',
);

/** A newer version of xgpt has migrated the database. */
export const DATABASE_NEWER = permanent(
  'database_newer',
  'A newer version of xgpt has changed the database while this one was running.',
  'Restart this xgpt with the newer version. Nothing is written until then.',
  'the database fits this version again',
);

/** The beginnings of SQLite's result codes for a file that is damaged. */
const DAMAGE = /^SQLITE_(CORRUPT|NOTADB)/;

/** By the beginning of SQLite's result code; the first match counts. */
const BY_CODE: [prefix: string, issue: DatabaseIssue][] = [
  ['SQLITE_READONLY_DBMOVED', DATABASE_GONE],
  ['SQLITE_FULL', DISK_FULL],
  ['SQLITE_READONLY', READ_ONLY],
  ['SQLITE_BUSY', BUSY],
  ['SQLITE_IOERR', DISK_FAILING],
  ['SQLITE_CANTOPEN', UNREACHABLE],
];

/** Whether SQLite refused a statement, rather than PostgreSQL. */
export function isSqliteError(error: unknown): boolean {
  return String((error as { code?: unknown } | undefined)?.code).startsWith('SQLITE_');
}

/** The issue with the database that caused the error; undefined when the error has another cause. */
export function databaseIssueOf(error: unknown): DatabaseIssue | undefined {
  if (error instanceof WriteRefused || error instanceof DatabaseFailed) return error.issue;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code !== 'string') return undefined;
  if (DAMAGE.test(code)) return damageOfSqlite;
  return BY_CODE.find(([prefix]) => code.startsWith(prefix))?.[1];
}
