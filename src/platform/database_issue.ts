/** Something outside the program stands in its way; it goes on by itself when that is gone. */
export interface Trouble {
  /** Stable, for programs: `disk_full`. */
  code: string;
  /** What is the matter, as a sentence. */
  title: string;
  /** What to do, as sentences. */
  remedy: string;
  /** The same to somebody who sees the program run: what was kept, and whether it goes on. */
  advice: string;
}

/** A write was refused that would have succeeded, but not to anybody's good. */
export class Obstructed extends Error {
  override readonly name = 'Obstructed';
  constructor(readonly trouble: Trouble) {
    super(trouble.title);
  }
}

function passing(code: string, title: string, remedy: string): Trouble {
  const advice = `${remedy} xgpt goes on by itself then. Nothing that was confirmed is lost.`;
  return { code, title, remedy, advice };
}

function lasting(code: string, title: string, remedy: string): Trouble {
  return { code, title, remedy, advice: remedy };
}

/** By the beginning of SQLite's result code; the first that fits counts. */
const BY_CODE: [prefix: string, trouble: Trouble][] = [
  ['SQLITE_READONLY_DBMOVED', gone()],
  [
    'SQLITE_FULL',
    passing('disk_full', 'The disk is full.', 'Free some space where the data folder is.'),
  ],
  [
    'SQLITE_READONLY',
    passing(
      'database_read_only',
      'The database cannot be written to.',
      'Make the data folder and the files in it writable for the user xgpt runs as.',
    ),
  ],
  [
    'SQLITE_BUSY',
    passing(
      'database_busy',
      'The database is busy: another process has been writing to it for seconds.',
      'Let it finish, or end it. It may be one of xgpt itself.',
    ),
  ],
  ['SQLITE_CORRUPT', damaged()],
  ['SQLITE_NOTADB', damaged()],
  [
    'SQLITE_IOERR',
    passing(
      'disk_failing',
      'The disk does not do what it is asked.',
      'Check whether the disk is full or broken, and whether the data folder is still there.',
    ),
  ],
  [
    'SQLITE_CANTOPEN',
    passing(
      'database_unreachable',
      'The database file cannot be opened.',
      'Make the data folder and the files in it readable and writable for the user xgpt runs as.',
    ),
  ],
];

function damaged(): Trouble {
  return lasting(
    'database_damaged',
    'The database file is damaged.',
    'Stop xgpt, keep a copy of the data folder, and put a backup of xgpt.sqlite in its place, or save what can be read with: sqlite3 xgpt.sqlite .recover',
  );
}

/** The file under the open database is not the one at its path any more. */
export function gone(): Trouble {
  return lasting(
    'database_gone',
    'The database file was moved or deleted while xgpt runs.',
    'Put the data folder back where it was, or restart xgpt to begin a new one.',
  );
}

/** The database was migrated by a program that is newer than this one. */
export function newer(): Trouble {
  return lasting(
    'database_newer',
    'A newer xgpt has changed the database while this one runs.',
    'Restart this xgpt with the newer version. Nothing is written until then.',
  );
}

/** What is the matter with the database, if that is what the error tells. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof Obstructed) return error.trouble;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code !== 'string') return undefined;
  return BY_CODE.find(([prefix]) => code.startsWith(prefix))?.[1];
}
