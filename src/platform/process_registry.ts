import { Database } from 'bun:sqlite';
import { hostname } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };
import type { Clock } from './clock.ts';
import type { Postgres } from './postgres/client.ts';
import { isAlive } from './process_ids.ts';
import { writerOf } from './writer.ts';

/** Of xgpt. */
export const VERSION = packageJson.version;

/** A process that has not written for this long is removed, in ms. */
export const FORGET_AFTER_MS = 3_600_000;

export type ProcessKind = 'server' | 'worker' | 'command';

/** A job type that a process runs. */
export interface Served {
  type: string;
  needs?: ServedNeed[];
}

/** What a process has of what a job needs: the value in this field of its input, such as its source. */
interface ServedNeed {
  field: string;
  what: string;
  has: readonly string[];
}

export interface RegisteredProcess {
  kind: ProcessKind;
  pid: number;
  host: string;
  /** Of xgpt; absent when it is older than the column. */
  version?: string;
  startedAt: Date;
  /** When it last wrote its heartbeat. */
  seenAt: Date;
  /** What it runs; absent of one that is older than the column. */
  serves?: Served[];
}

export interface ProcessRow {
  kind: ProcessKind;
  pid: number;
  host: string;
  version: string | null;
  started_at: number;
  seen_at: number;
  serves: string | null;
}

/** The processes that use a database, each with a row that it writes again and again. */
export interface ProcessRegistry {
  /** What this process runs. Default: nothing. */
  served: () => Served[];
  /**
   * Records that this process runs, and removes those that stopped long ago.
   * @throws what keeps the database from being written to.
   */
  heartbeat(): Promise<void>;
  /** Removes this process, if the database can be written to. */
  remove(): Promise<void>;
  /** Reads them for `list` without recording this process; where `list` reads them itself, nothing. */
  refresh(): Promise<void>;
  /** Those that used the database lately, oldest first, without those of this machine that have ended. */
  list(): RegisteredProcess[];
}

/** The registry in SQLite. */
export class SqliteProcessRegistry implements ProcessRegistry {
  readonly #id = Bun.randomUUIDv7();
  readonly #startedAt: number;
  served: () => Served[] = () => [];

  constructor(
    private readonly db: Database,
    private readonly kind: ProcessKind,
    private readonly clock: Clock,
  ) {
    this.#startedAt = clock.now();
  }

  async heartbeat(): Promise<void> {
    const now = this.clock.now();
    const serves = JSON.stringify(this.served());
    await writerOf(this.db).write(() => {
      this.db
        .query(
          `INSERT INTO processes (id, kind, pid, host, version, started_at, seen_at, serves)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, serves = excluded.serves`,
        )
        .run(this.#id, this.kind, process.pid, hostname(), VERSION, this.#startedAt, now, serves);
      this.db.query('DELETE FROM processes WHERE seen_at < ?').run(now - FORGET_AFTER_MS);
    });
  }

  async remove(): Promise<void> {
    const remove = () => void this.db.run('DELETE FROM processes WHERE id = ?', [this.#id]);
    // A row that stays is removed by another process later.
    await writerOf(this.db)
      .write(remove)
      .catch(() => {});
  }

  async refresh(): Promise<void> {}

  list(): RegisteredProcess[] {
    return listProcesses(this.db);
  }
}

/** What this process knows of the others on a PostgreSQL database. */
const known = new WeakMap<Postgres, () => RegisteredProcess[]>();

/** `listProcesses` gives what `list` does for that database. */
export function listWith(db: Postgres, list: () => RegisteredProcess[]): void {
  known.set(db, list);
}

/**
 * The processes that used this database lately, without those of this host that have ended. Of a PostgreSQL
 * database as its registry lists them; none while there is no registry.
 */
export function listProcesses(db: Database | Postgres): RegisteredProcess[] {
  if (!(db instanceof Database)) return known.get(db)?.() ?? [];
  return db
    .query<ProcessRow, []>(
      'SELECT kind, pid, host, version, started_at, seen_at, serves FROM processes ORDER BY started_at',
    )
    .all()
    .filter(({ host, pid }) => host !== hostname() || isAlive(pid))
    .map((row) => toRegistered(row));
}

/** An xgpt before 30 November 2026 wrote one need instead of a list. */
function servedIn(serves: string): Served[] {
  const read = JSON.parse(serves) as { type: string; needs?: ServedNeed | ServedNeed[] }[];
  return read.map(({ type, needs }) => ({ type, ...(needs && { needs: [needs].flat() }) }));
}

/** @param ahead what this process's clock is ahead of the one that wrote the times, in ms. */
export function toRegistered(row: ProcessRow, ahead = 0): RegisteredProcess {
  const { kind, pid, host, version, started_at, seen_at, serves } = row;
  return {
    kind,
    pid,
    host,
    ...(version !== null && { version }),
    startedAt: new Date(started_at + ahead),
    seenAt: new Date(seen_at + ahead),
    ...(serves !== null && { serves: servedIn(serves) }),
  };
}
