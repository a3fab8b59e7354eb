import type { Transaction } from '../../../platform/postgres/statements.ts';
import { newDeed } from '../../audit.ts';
import type { JobStatus } from '../../lifecycle.ts';
import {
  FREE_INTERRUPTIONS,
  INTERRUPTED,
  type LeaseRow,
  PROCESS_ENDED,
  RESCUE,
  toRun,
} from '../lease_rows.ts';
import { COUNTED_ATTEMPTS, LIVE, MOVED, RUNNING } from '../rows.ts';
import type { Ended, Held, HeldLease, Lease, Run } from '../store.ts';
import { recordJobs } from './audit_log.ts';
import { type Ending, IF_RUNNING, waitAgainBy } from './ending.ts';
import { withError } from './stored_errors.ts';

/** Renews leases, and ends the jobs of processes that have ended. */
export class Leases {
  constructor(private readonly ending: Ending) {}

  renew(tx: Transaction, { owner, until }: Lease): Promise<Held[]> {
    return tx.all<Held>(RENEW, [owner, until]);
  }

  async rescue(
    tx: Transaction,
    held: HeldLease,
    now: number,
  ): Promise<(Ended & { id: string }) | undefined> {
    const row = await tx.get<LeaseRow>(LEASE_OF, [held.id]);
    if (row?.attempt !== held.attempt || (row.lease_until ?? 0) !== held.until) return undefined;
    const ended = await this.#finish(tx, toRun(row), row.status, now);
    if (ended?.status === 'queued')
      await recordJobs(tx, newDeed(RESCUE, now), 'retry', [held.id], now);
    return ended && { id: held.id, ...ended };
  }

  async #finish(
    tx: Transaction,
    run: Run,
    status: JobStatus,
    now: number,
  ): Promise<Ended | undefined> {
    if (status === 'cancelling') return this.ending.finishCancel(tx, run, PROCESS_ENDED, now);
    const next = { status: 'queued', outcome: 'interrupted', sql: RESUME } as const;
    return (
      (await this.ending.waitAgain(tx, run, { ...next, values: [INTERRUPTED] }, now)) ??
      (await this.ending.fail(tx, run, INTERRUPTED, 'interrupted', now))
    );
  }
}

const RENEW = `
  UPDATE jobs SET lease_until = $2::bigint WHERE owner = $1::text AND ${LIVE} AND ${RUNNING}
  RETURNING id, attempt, status`;

// It is neither renewed nor cancelled until the transaction has ended.
const LEASE_OF = `
  SELECT ${MOVED}, attempt, owner, lease_until FROM jobs WHERE id = $1::text AND ${RUNNING} FOR NO KEY UPDATE`;

// The end of its process is rarely the job's fault, unless it happens again and again.
const FREE = `CASE WHEN advanced = 1 OR interruptions < ${FREE_INTERRUPTIONS} THEN 1 ELSE 0 END`;

const RESUME = waitAgainBy(
  `status = 'queued', uncounted = uncounted + ${FREE},
   interruptions = CASE advanced WHEN 1 THEN 0 ELSE interruptions + 1 END,
   errors = ${withError('$4::text')}`,
  `${IF_RUNNING} AND tracked = 0 AND ${COUNTED_ATTEMPTS} < max_attempts + ${FREE}`,
  "'interrupted'",
  '$4::text',
);
