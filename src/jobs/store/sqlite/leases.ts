import type { Database } from 'bun:sqlite';
import { newDeed } from '../../audit.ts';
import type { JobStatus } from '../../lifecycle.ts';
import {
  FREE_INTERRUPTIONS,
  INTERRUPTED,
  type LeaseRow,
  PROCESS_ENDED,
  RESCUE,
  toHeldLease,
  toRun,
} from '../lease_rows.ts';
import { COUNTED_ATTEMPTS, LIVE, MOVED, NO_LEASE, RUNNING } from '../rows.ts';
import type { Ended, Fence, Held, HeldLease, Lease, Run, RunReader } from '../store.ts';
import type { AuditLog } from './audit.ts';
import type { Ending } from './ending.ts';
import { command, query } from './statements.ts';

/** Renews leases, and ends the jobs of processes that have ended. */
export class Leases {
  readonly #sql;

  constructor(
    db: Database,
    private readonly ending: Ending,
    private readonly audit: AuditLog,
  ) {
    this.#sql = statements(db);
  }

  renew({ owner, until }: Lease): Held[] {
    return this.#sql.renew.all(until, owner);
  }

  rescue(held: HeldLease, now: number): (Ended & { id: string }) | undefined {
    const row = this.#sql.leaseOf.get(held.id);
    if (row?.attempt !== held.attempt || (row.lease_until ?? 0) !== held.until) return undefined;
    const ended = this.#finish(toRun(row), row.status, now);
    if (ended?.status === 'queued') {
      this.audit.changed(newDeed(RESCUE, now), 'retry', [held.id], now);
    }
    return ended && { id: held.id, ...ended };
  }

  #finish(run: Run, status: JobStatus, now: number): Ended | undefined {
    if (status === 'cancelling') return this.ending.finishCancel(run, PROCESS_ENDED, now);
    const next = { status: 'queued', outcome: 'interrupted', error: INTERRUPTED } as const;
    const resume = () => this.#sql.resume.run(INTERRUPTED, now, run.id, run.attempt);
    return (
      this.ending.waitAgain(run, next, now, resume) ??
      this.ending.fail(run, INTERRUPTED, 'interrupted', now)
    );
  }
}

function statements(db: Database) {
  // The end of its process is rarely the job's fault, unless it happens again and again.
  const free = `(advanced OR interruptions < ${FREE_INTERRUPTIONS})`;
  return {
    renew: command<Held>(
      db,
      `UPDATE jobs SET lease_until = ?1 WHERE owner = ?2 AND ${LIVE} AND ${RUNNING}
       RETURNING id, attempt, status`,
    ),
    leaseOf: query<LeaseRow>(
      db,
      `SELECT ${MOVED}, attempt, owner, lease_until FROM jobs WHERE id = ? AND ${RUNNING}`,
    ),
    resume: command(
      db,
      `UPDATE jobs SET status = 'queued', uncounted = uncounted + ${free},
                       interruptions = CASE advanced WHEN 1 THEN 0 ELSE interruptions + 1 END,
                       errors = json_insert(errors, '$[#]', ?1), ${NO_LEASE}, updated_at = ?2
       WHERE id = ?3 AND attempt = ?4 AND status = 'running' AND tracked = 0
         AND ${COUNTED_ATTEMPTS} < max_attempts + ${free}`,
    ),
  };
}

/** What the engine reads about running jobs in SQLite. */
export function createSqliteRunReader(db: Database): RunReader {
  const runsOf = query<Held>(
    db,
    `SELECT id, attempt, status FROM jobs WHERE ${LIVE} AND ${RUNNING} AND owner = ?`,
  );
  const leases = query<LeaseRow>(
    db,
    `SELECT ${MOVED}, attempt, owner, lease_until FROM jobs WHERE ${LIVE} AND ${RUNNING}`,
  );
  const isLastAttempt = query<{ found: 1 }>(
    db,
    `SELECT 1 AS found FROM jobs
     WHERE id = ? AND attempt = ? AND ${COUNTED_ATTEMPTS} >= max_attempts + advanced`,
  );
  return {
    runsOf: async (owner) => runsOf.all(owner),
    leases: async () => leases.all().map(toHeldLease),
    isLastAttempt: async ({ id, attempt }: Fence) => isLastAttempt.get(id, attempt) !== null,
  };
}
