import type { Query } from '../../../platform/postgres/statements.ts';
import { type LeaseRow, toHeldLease } from '../lease_rows.ts';
import { COUNTED_ATTEMPTS, LIVE, MOVED, RUNNING } from '../rows.ts';
import type { Fence, Held, HeldLease, RunReader } from '../store.ts';
import { IS_REBASE_NEEDED } from './rebasing.ts';

/** What the engine reads about running jobs in PostgreSQL. */
export class PostgresRunReader implements RunReader {
  /** Whether `rebaseWaits` had anything to do when the leases were read. */
  isRebaseNeeded = false;

  constructor(
    private readonly db: Query,
    private readonly now: () => number,
  ) {}

  runsOf(owner: string): Promise<Held[]> {
    return this.db.all<Held>(
      `SELECT id, attempt, status FROM jobs WHERE ${LIVE} AND ${RUNNING} AND owner = $1`,
      [owner],
    );
  }

  async leases(): Promise<HeldLease[]> {
    const rows = await this.db.all<WatchedRow>(LEASES, [this.now()]);
    this.isRebaseNeeded = rows[0]?.is_rebase_needed ?? false;
    return rows.flatMap((row) => (row.id === null ? [] : toHeldLease(row)));
  }

  async isLastAttempt({ id, attempt }: Fence): Promise<boolean> {
    const found = await this.db.get<unknown>(
      `SELECT 1 FROM jobs
       WHERE id = $1 AND attempt = $2 AND ${COUNTED_ATTEMPTS} >= max_attempts + advanced`,
      [id, attempt],
    );
    return found !== undefined;
  }
}

type WatchedRow = { is_rebase_needed: boolean } & (LeaseRow | { id: null });

// One statement for what every process looks for again and again.
const LEASES = `
  SELECT is_rebase_needed, held.* FROM (SELECT (${IS_REBASE_NEEDED}) AS is_rebase_needed) AS waits
  LEFT JOIN (SELECT ${MOVED}, attempt, owner, lease_until FROM jobs WHERE ${LIVE} AND ${RUNNING}) AS held
    ON true`;
