import type { Database } from 'bun:sqlite';
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { HEADER_BYTES } from './wal_file.ts';

/** `XGPT` in ASCII: tells this program's databases from those of others. */
export const APPLICATION_ID = 0x58475054;

const MAGIC = 'SQLite format 3\0';

/** Where `PRAGMA user_version` is stored. */
const STAMP_AT = 60;

/** Stamps are from 1 to this; 0 is that of a database which never had one. */
const MAX_STAMP = 0x7fff_ffff;

/** How often the stamp is raised while there are commits, in ms. */
const STAMP_MS = 1_000;

/** What the first page of a database says about the whole file. */
export interface DatabaseHeader {
  bytes: Buffer;
  pageSize: number;
  /** The size of the database, in pages. */
  pages: number;
  /** Never falls, but does not rise with every commit. */
  changeCounter: number;
  /** Changes with every change of a table or an index. */
  schemaCookie: number;
  /**
   * Rises by one with the first commit of a write-ahead log and every second while xgpt writes, and is a
   * new random number when a process opens a database that has no log. So each log contains it, and
   * copies of the database that were made earlier have another.
   */
  stamp: number;
  applicationId: number;
}

/** Undefined when these are not the first bytes of an SQLite database. */
export function parseHeader(bytes: Buffer): DatabaseHeader | undefined {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 16) !== MAGIC) return undefined;
  const pageSize = bytes.readUInt16BE(16);
  return {
    bytes,
    pageSize: pageSize === 1 ? 65_536 : pageSize,
    pages: bytes.readUInt32BE(28),
    changeCounter: bytes.readUInt32BE(24),
    schemaCookie: bytes.readUInt32BE(40),
    stamp: bytes.readUInt32BE(STAMP_AT),
    applicationId: bytes.readUInt32BE(68),
  };
}

/**
 * Reads the header of a file; undefined when it is no SQLite database. Not for a file that this
 * process has open as a database: closing a file releases all its locks (POSIX).
 */
export function readHeader(path: string): DatabaseHeader | undefined {
  const file = openSync(path, 'r');
  try {
    return readOpenHeader(file);
  } finally {
    closeSync(file);
  }
}

export function readOpenHeader(file: number): DatabaseHeader | undefined {
  const bytes = Buffer.alloc(HEADER_BYTES);
  const read = readSync(file, bytes, 0, HEADER_BYTES, 0);
  return parseHeader(bytes.subarray(0, read));
}

export function stampAfter(stamp: number): number {
  return (stamp % MAX_STAMP) + 1;
}

function randomStamp(): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return stampAfter(random % MAX_STAMP);
}

/**
 * Gives xgpt's database at `path` a new stamp, in its place: what was copied from it earlier is told
 * from it by that. Only for a database that nobody has open and that has no write-ahead log, which
 * would contain another stamp.
 * @returns a function that undoes it, for a database that turns out to be unusable.
 */
export function renewStamp(path: string): () => void {
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch {
    // Opening it as a database will fail too, or creates it.
    return () => {};
  }
  try {
    const header = readOpenHeader(file);
    if (header?.applicationId !== APPLICATION_ID) return () => {};
    writeStamp(file, randomStamp());
    return () => {
      const again = openSync(path, 'r+');
      writeStamp(again, header.stamp);
      closeSync(again);
    };
  } finally {
    closeSync(file);
  }
}

function writeStamp(file: number, stamp: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(stamp);
  writeSync(file, bytes, 0, 4, STAMP_AT);
  fsyncSync(file);
}

/** Gives an open database a random stamp. */
export function setRandomStamp(db: Database): void {
  db.run(`PRAGMA user_version = ${randomStamp()}`);
}

/**
 * Raises the stamp with the first commit of a log, and every second. Not with every commit: it makes
 * each a page larger.
 */
export function createStamper(db: Database, isLogDone: () => boolean) {
  const changes = db.query<{ count: number }, []>('SELECT total_changes() AS count');
  const stamp = db.query<{ user_version: number }, []>('PRAGMA user_version');
  let before = 0;
  let stampedAt = Number.NEGATIVE_INFINITY;
  return {
    begun() {
      before = changes.get()?.count ?? 0;
    },
    committing() {
      const now = performance.now();
      if (now - stampedAt < STAMP_MS && !isLogDone()) return;
      // A transaction that changes nothing must not wait for the disk.
      if (changes.get()?.count === before) return;
      db.run(`PRAGMA user_version = ${stampAfter(stamp.get()?.user_version ?? 0)}`);
      stampedAt = now;
    },
  };
}
