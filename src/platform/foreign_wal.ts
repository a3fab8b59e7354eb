import { existsSync, statSync } from 'node:fs';
import { type DatabaseHeader, parseHeader, readHeader, stampAfter } from './database_header.ts';
import { readWal, type WalContent } from './wal_file.ts';

/** How often, and after which pause in ms, a log is looked at again before it counts as foreign. */
const LOOKS = { count: 3, pauseMs: 100 };

/**
 * What lies beside a database as its write-ahead log: nothing that would be replayed, its own, or
 * that of another database, which would damage it or bring back a later state.
 */
export type WalState = 'none' | 'own' | 'foreign';

/**
 * Tells whether the write-ahead log beside the database at `path` belongs to it. Only for a database
 * that no process has open.
 */
export function walStateOf(path: string): WalState {
  let state = look(path);
  // A process that is just ending may still be emptying its log.
  for (let more = 1; state === 'foreign' && more < LOOKS.count; more++) {
    Bun.sleepSync(LOOKS.pauseMs);
    state = look(path);
  }
  return state;
}

function look(path: string): WalState {
  const wal = readWal(`${path}-wal`);
  if (!wal) return 'none';
  // SQLite would delete the log of a database that is missing or empty, without a word.
  if (!existsSync(path) || statSync(path).size === 0) return 'foreign';
  const header = readHeader(path);
  // What is not a database is refused as such when it is opened.
  if (!header) return 'own';
  return belongs(wal, header) ? 'own' : 'foreign';
}

/**
 * A database whose log was begun is as it was before the first commit of the log, or a part of the
 * log was already brought into it. Its header then is the predecessor of the first header in the
 * log, or one of those.
 */
function belongs(wal: WalContent, header: DatabaseHeader): boolean {
  if (wal.pageSize !== header.pageSize) return false;
  const [bytes] = wal.headers;
  const first = bytes && parseHeader(bytes);
  // Without a change of the header, the size of the database did not change.
  if (!first) return wal.pages === header.pages;
  return precedes(header, first) || wal.headers.some((one) => one.equals(header.bytes));
}

function precedes(header: DatabaseHeader, first: DatabaseHeader): boolean {
  // A connection that has written the header before writes the same number again.
  const rise = first.changeCounter - header.changeCounter;
  if (rise !== 0 && rise !== 1) return false;
  // Other programs, and xgpt up to 0.1.0, leave the stamp as it is.
  if (first.stamp === header.stamp) return true;
  return first.stamp === stampAfter(header.stamp) && first.schemaCookie === header.schemaCookie;
}
