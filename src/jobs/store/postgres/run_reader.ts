import type { Query } from '../../../platform/postgres/statements.ts';
import { type LeaseRow, toHeldLease } from '../lease_rows.ts';
import { COUNTED_ATTEMPTS, LIVE, MOVED, RUNNING } from '../rows.ts';
import type { Fence, Held, HeldLease, RunReader } from '../store.ts';

/** What the engine reads about running jobs in PostgreSQL. */
export class PostgresRunReader implements RunReader {
  constructor(private readonly db: Query) {}

  runsOf(owner: string): Promise<Held[]> {
    return this.db.all<Held>(
      `SELECT id, attempt, status FROM jobs WHERE ${LIVE} AND ${RUNNING} AND owner = $1`,
      [owner],
    );
  }

  async leases(): Promise<HeldLease[]> {
    const rows = await this.db.all<LeaseRow>(
      `SELECT ${MOVED}, attempt, owner, lease_until FROM jobs WHERE ${LIVE} AND ${RUNNING}`,
    );
    return rows.map(toHeldLease);
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
