/** Something outside the program stands in its way; it goes on by itself when that is gone. */
export interface Trouble {
  /** Stable, for programs: `disk_full`. */
  code: string;
  /** What is the matter, as a sentence. */
  title: string;
  /** What was kept, and what to do. */
  advice: string;
}

const NOTHING_LOST = 'Nothing that was confirmed is lost.';

/** By the beginning of SQLite's result code; the first that fits counts. */
const BY_CODE: [prefix: string, trouble: Trouble][] = [
  [
    'SQLITE_FULL',
    {
      code: 'disk_full',
      title: 'The disk is full.',
      advice: `Free some space where the data folder is; xgpt goes on by itself. ${NOTHING_LOST}`,
    },
  ],
  [
    'SQLITE_READONLY',
    {
      code: 'database_read_only',
      title: 'The database cannot be written to.',
      advice: `Make the data folder and the files in it writable for the user xgpt runs as; it goes on by itself. ${NOTHING_LOST}`,
    },
  ],
  [
    'SQLITE_BUSY',
    {
      code: 'database_busy',
      title: 'Another program keeps the database locked.',
      advice: `Let it finish, or close it; xgpt goes on by itself. ${NOTHING_LOST}`,
    },
  ],
  ['SQLITE_CORRUPT', damaged()],
  ['SQLITE_NOTADB', damaged()],
  [
    'SQLITE_IOERR',
    {
      code: 'disk_failing',
      title: 'The disk does not do what it is asked.',
      advice: `Check the disk, and whether the data folder is still there; xgpt goes on by itself. ${NOTHING_LOST}`,
    },
  ],
  ['SQLITE_CANTOPEN', gone()],
];

function damaged(): Trouble {
  return {
    code: 'database_damaged',
    title: 'The database file is damaged.',
    advice:
      'Stop xgpt, keep a copy of the data folder, and put a backup of xgpt.sqlite in its place, or save what can be read with: sqlite3 xgpt.sqlite .recover',
  };
}

/** The file under the open database is not the one at its path any more. */
export function gone(): Trouble {
  return {
    code: 'database_gone',
    title: 'The database file was moved or deleted while xgpt runs.',
    advice: 'Put the data folder back where it was, or restart xgpt to begin a new one.',
  };
}

/** The database was migrated by a program that is newer than this one. */
export function newer(): Trouble {
  return {
    code: 'database_newer',
    title: 'A newer xgpt has changed the database while this one runs.',
    advice: 'Restart this xgpt with the newer version. Nothing is written until then.',
  };
}

/** What is the matter with the database, if that is what the error tells. */
export function troubleOf(error: unknown): Trouble | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code !== 'string') return undefined;
  return BY_CODE.find(([prefix]) => code.startsWith(prefix))?.[1];
}
