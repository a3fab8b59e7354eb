import type { Database } from 'bun:sqlite';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type DatabaseHeader, readOpenHeader } from './database_header.ts';
import {
  DATABASE_GONE,
  DATABASE_LOG_GONE,
  DATABASE_OVERWRITTEN,
  type DatabaseIssue,
} from './database_issue.ts';

/** More commits than can lie between two looks at the file. */
const MAX_RISE = 1 << 20;

/** In the index of a write-ahead log: how many frames it has, and how many are in the database. */
const [MAX_FRAME_AT, BACKFILL_AT, WAL_INDEX_BYTES] = [16, 96, 100];

/** Where the files of a database are, while it is open. */
export class DatabaseFiles {
  readonly #inode: number | undefined;
  readonly #logs: { path: string; inode: number | undefined }[];
  /** These stay open as long as the database: closing a file releases all its locks (POSIX). */
  readonly #file: number;
  readonly #walIndex: number;
  readonly #walIndexBytes = Buffer.from(new ArrayBuffer(WAL_INDEX_BYTES));
  #header: DatabaseHeader | undefined;
  #isOverwritten = false;

  constructor(private readonly path: string) {
    this.#file = openSync(path, 'r');
    this.#walIndex = openSync(`${path}-shm`, 'r');
    this.#inode = inodeOf(path);
    this.#logs = ['-wal', '-shm'].map((suffix) => {
      const log = path + suffix;
      return { path: log, inode: inodeOf(log) };
    });
    this.#header = readOpenHeader(this.#file);
  }

  /** What happened to the files, so that nothing may be written any more; takes 6 µs. */
  issue(): DatabaseIssue | undefined {
    // The next start would not find it, also when the path cannot be read.
    if (inodeOf(this.path) !== this.#inode) return DATABASE_GONE;
    if (this.#wasOverwritten()) return DATABASE_OVERWRITTEN;
    if (this.#logs.some(({ path, inode }) => inodeOf(path) !== inode)) return DATABASE_LOG_GONE;
    return undefined;
  }

  /**
   * Whether the next commit is the first one of a write-ahead log, because all of the log was brought
   * into the database. Only within a transaction that writes. The format is that of
   * https://sqlite.org/walformat.html#the_wal_index_header.
   */
  isLogDone(): boolean {
    const bytes = this.#walIndexBytes;
    if (readSync(this.#walIndex, bytes, 0, bytes.length, 0) < bytes.length) return true;
    const [frames = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset + MAX_FRAME_AT, 1);
    const [done = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset + BACKFILL_AT, 1);
    return done >= frames;
  }

  /** Only after the database was closed. */
  close(): void {
    closeSync(this.#file);
    closeSync(this.#walIndex);
  }

  /** Stamp and counter of the file rise when the log is brought into it, and never fall. */
  #wasOverwritten(): boolean {
    if (this.#isOverwritten) return true;
    const last = this.#header;
    const header = readOpenHeader(this.#file);
    if (header && last && header.bytes.equals(last.bytes)) return false;
    const isOwn =
      header &&
      last &&
      rises(last.stamp, header.stamp) &&
      rises(last.changeCounter, header.changeCounter);
    if (isOwn) this.#header = header;
    else this.#leaveLogInPlace();
    return !isOwn;
  }

  /**
   * The last process that closes the database brings the log into the file, which would mix the two.
   * Bun 1.4.4 closes every database at the end of a process, so the process ends before that.
   */
  #leaveLogInPlace(): void {
    this.#isOverwritten = true;
    process.on('exit', () => process.kill(process.pid, 'SIGKILL'));
  }
}

function rises(before: number, now: number): boolean {
  return now >= before && now - before < MAX_RISE;
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch {
    return undefined;
  }
}

const opened = new WeakMap<Database, DatabaseFiles>();

/** The files of an open database; undefined for one in memory. */
export function filesOf(db: Database): DatabaseFiles | undefined {
  return opened.get(db);
}

export function rememberFiles(db: Database, files: DatabaseFiles): void {
  opened.set(db, files);
}
