import { hostname } from 'node:os';
import type { Clock } from '../clock.ts';
import { DatabaseFailed } from '../database_issue.ts';
import { bootOfMachine, isAlive, pidNamespace } from '../process_ids.ts';
import {
  FORGET_AFTER_MS,
  listWith,
  type ProcessKind,
  type ProcessRegistry,
  type ProcessRow,
  type RegisteredProcess,
  type Served,
  toRegistered,
  VERSION,
} from '../process_registry.ts';
import type { Postgres } from './client.ts';
import { UNREACHABLE } from './issues.ts';

/** How long an answer may take until the server counts as unreachable, in ms. */
const ANSWER_MS = 5_000;

/** Smaller changes of the distance between two clocks are due to the network, in ms. */
const MIN_DRIFT_MS = 1_000;

type HeartbeatRow = { server_now: number; newest_migration: number } & (
  | (ProcessRow & { machine: string })
  | { machine: null }
);

/**
 * This process's row in the table of processes that use a PostgreSQL database, and what it knows of the
 * others. Times are compared on the server's clock, and told on the one of this process.
 */
export class PostgresProcessRegistry implements ProcessRegistry {
  served: () => Served[] = () => [];
  /** The newest migration that the database had at the last heartbeat; 0 before. */
  newestMigration = 0;

  readonly #id = Bun.randomUUIDv7();
  readonly #machine = thisMachine();
  readonly #startedAt: number;
  #known: (RegisteredProcess & { machine: string })[] = [];
  /** What this process's clock is ahead of the server's, in ms. */
  #ahead: number | undefined;
  #beating: Promise<HeartbeatRow[]> | undefined;

  constructor(
    private readonly db: Postgres,
    private readonly kind: ProcessKind,
    private readonly clock: Clock,
  ) {
    this.#startedAt = clock.elapsed();
    listWith(db, () => this.list());
  }

  /**
   * Writes the row of this process, deletes those of processes that stopped long ago, and reads all: one
   * statement.
   * @throws DatabaseFailed, also when there is no answer for 5 s.
   */
  async heartbeat(): Promise<void> {
    // One that has no answer yet is not followed by another.
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined;
    });
    this.#take(await this.#inTime(this.#beating));
  }

  async remove(): Promise<void> {
    // A row that stays is removed by another process later.
    const removed = this.db.all('DELETE FROM processes WHERE id = $1', [this.#id]);
    await this.#inTime(removed).catch(() => {});
  }

  /** @throws DatabaseFailed, also when there is no answer for 5 s. */
  async refresh(): Promise<void> {
    this.#take(await this.#inTime(this.db.all<HeartbeatRow>(PROCESSES)));
  }

  /** As of the last heartbeat or refresh, which is up to 5 s old while the server answers; empty before. */
  list(): RegisteredProcess[] {
    return this.#known
      .filter(({ machine, pid }) => machine !== this.#machine || isAlive(pid))
      .map(({ machine: _, ...process }) => process);
  }

  #beat(): Promise<HeartbeatRow[]> {
    const { clock, kind } = this;
    const serves = JSON.stringify(this.served());
    const uptime = Math.round(clock.elapsed() - this.#startedAt);
    const own = [this.#id, kind, process.pid, hostname(), VERSION, serves, this.#machine, uptime];
    return this.db.all<HeartbeatRow>(HEARTBEAT, [...own, FORGET_AFTER_MS]);
  }

  async #inTime<Value>(answer: Promise<Value>): Promise<Value> {
    const { promise, reject } = Promise.withResolvers<never>();
    const cancel = this.clock.after(ANSWER_MS, () => reject(new DatabaseFailed(UNREACHABLE)));
    answer.catch(() => {});
    try {
      return await Promise.race([answer, promise]);
    } finally {
      cancel();
    }
  }

  #take(rows: HeartbeatRow[]): void {
    const [{ server_now: serverNow = 0, newest_migration: newest = 0 } = {}] = rows;
    const ahead = this.clock.now() - serverNow;
    const drift = Math.abs(ahead - (this.#ahead ?? Number.POSITIVE_INFINITY));
    if (drift >= MIN_DRIFT_MS) this.#ahead = ahead;
    this.newestMigration = newest;
    this.#known = rows.flatMap((row) =>
      row.machine === null ? [] : { ...toRegistered(row, this.#ahead), machine: row.machine },
    );
  }
}

/**
 * Names where process ids mean the same as to this process: a machine since its last boot, and a container
 * on it. Machines may have the same host name.
 */
function thisMachine(): string {
  return `${bootOfMachine()} ${pidNamespace()}`.trim() || hostname();
}

const MOMENT = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now';

const listOf = (processes: string) => `
  SELECT kind, pid, host, version, started_at, seen_at, serves, machine, moment.now AS server_now,
         (SELECT MAX(number) FROM xgpt_migrations) AS newest_migration
  FROM moment LEFT JOIN (${processes}) AS all_processes ON true ORDER BY started_at, id`;

const PROCESSES = `WITH moment AS (${MOMENT}) ${listOf('SELECT * FROM processes')}`;

// A statement does not see what it changes itself: the own row comes from the INSERT.
const HEARTBEAT = `
  WITH moment AS (${MOMENT}),
  own AS (
    INSERT INTO processes (id, kind, pid, host, version, serves, machine, started_at, seen_at)
    SELECT $1::text, $2::text, $3::bigint, $4::text, $5::text, $6::text, $7::text, now - $8::bigint, now
    FROM moment
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, serves = excluded.serves
    RETURNING *),
  forgotten AS (
    DELETE FROM processes USING moment WHERE seen_at < now - $9::bigint AND id <> $1 RETURNING id)
  ${listOf(`
    SELECT * FROM own
    UNION ALL
    SELECT * FROM processes WHERE id <> $1 AND id NOT IN (SELECT id FROM forgotten)`)}`;
