import type { Database } from 'bun:sqlite';
import { hostname } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };
import type { Clock } from './clock.ts';
import { isAlive } from './process_ids.ts';
import { writerOf } from './writer.ts';

const VERSION = packageJson.version;

/** A process that has not written for this long is removed, in ms. */
const FORGET_AFTER_MS = 3_600_000;

export type ProcessKind = 'server' | 'worker' | 'command';

/** A job type that a process runs. */
export interface Served {
  type: string;
  /** What the process has of what a job needs: the value in this field of its input, such as its source. */
  needs?: { field: string; what: string; has: readonly string[] };
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

interface ProcessRow {
  kind: ProcessKind;
  pid: number;
  host: string;
  version: string | null;
  started_at: number;
  seen_at: number;
  serves: string | null;
}

/** This process's row in the table of processes that use the database. */
export class ProcessRegistry {
  readonly #id = Bun.randomUUIDv7();
  readonly #startedAt: number;
  /** What this process runs. */
  served: () => Served[] = () => [];

  constructor(
    private readonly db: Database,
    private readonly kind: ProcessKind,
    private readonly clock: Clock,
  ) {
    this.#startedAt = clock.now();
  }

  /**
   * Records that this process runs, and removes those that stopped long ago.
   * @throws what keeps the database from being written to.
   */
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

  list(): RegisteredProcess[] {
    return listProcesses(this.db);
  }
}

/** The processes that used this database lately, without those of this host that have ended. */
export function listProcesses(db: Database): RegisteredProcess[] {
  return db
    .query<ProcessRow, []>(
      'SELECT kind, pid, host, version, started_at, seen_at, serves FROM processes ORDER BY started_at',
    )
    .all()
    .filter(({ host, pid }) => host !== hostname() || isAlive(pid))
    .map(({ kind, pid, host, version, started_at, seen_at, serves }) => ({
      kind,
      pid,
      host,
      ...(version !== null && { version }),
      startedAt: new Date(started_at),
      seenAt: new Date(seen_at),
      ...(serves !== null && { serves: JSON.parse(serves) as Served[] }),
    }));
}
