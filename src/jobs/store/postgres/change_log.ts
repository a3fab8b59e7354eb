import type { Transaction } from '../../../platform/postgres/statements.ts';
import type { TransactionListener } from '../../../platform/postgres/transaction.ts';
import type { FinalStatus } from '../../lifecycle.ts';
import { EndCounters } from '../end_counters.ts';
import { type Place, TransactionChanges } from '../transaction_changes.ts';
import { COUNT_ENDS } from './end_counts.ts';

/** How many transactions a process may be behind and still learn which jobs changed. */
const MAX_KEPT = 2_000;

/** After this many transactions of this process the oldest of all are deleted. */
const DELETE_EVERY = 256;

/** How many reasons of failures are kept for a day and type. */
const MAX_REASONS = 20;

const DAY_MS = 86_400_000;

/** The part of an error that tells reasons apart. */
const REASON = /^.{0,200}/su;

/**
 * The changes of each transaction. The processes on the database read them from the table
 * `job_changes`. The truth about a job is in its row alone.
 */
export class ChangeLog implements TransactionListener {
  /** What has ended since this process opened the database, in all processes. */
  readonly counters = new EndCounters();
  #own = new TransactionChanges();
  #failures = new Failures();
  #count = 0;

  /** @param owner this process, as in leases. */
  constructor(readonly owner: string) {}

  /** Those of the transaction in progress, until it is committed or undone. */
  get changes(): TransactionChanges {
    return this.#own;
  }

  begun(): void {
    this.#forget();
  }

  async committing(tx: Transaction): Promise<void> {
    if (this.#own.isEmpty) return;
    const { jobs, ended, ends, removed, retries } = this.#own.columns();
    const isDeletionDue = ++this.#count % DELETE_EVERY === 0;
    await Promise.all([
      tx.run(ADD, [this.owner, jobs, ended, ends, removed, retries]),
      this.#failures.isEmpty || tx.run(COUNT_FAILURES, this.#failures.columns()),
      isDeletionDue && tx.run(DELETE_OLDEST, [MAX_KEPT]),
    ]);
  }

  committed(): void {
    this.counters.add(this.#own.ends, this.#own.retries);
    this.#forget();
  }

  rolledBack(): void {
    this.#forget();
  }

  /** A job was created, deleted or changed in the transaction in progress. */
  changed(id: string): void {
    this.#own.changed(id);
  }

  /** Only the progress of a job was changed in it. */
  progressed(id: string): void {
    this.#own.progressed.add(id);
  }

  /** A job was deleted in it. */
  removed(job: { id: string; type: string; session_id: string | null }): void {
    this.#own.removed(job);
  }

  everythingChanged(): void {
    this.#own.everythingChanged();
  }

  /** An attempt has ended, and the job waits for another one. */
  willRepeat(type: string, outcome: string): void {
    this.#own.willRepeat(type, outcome);
  }

  /** A job has ended. `startedAt`: when its last attempt began, if it has had one. */
  ended(
    job: { id: string; type: string },
    from: Place,
    status: FinalStatus,
    now: number,
    startedAt: number | null,
  ): void {
    this.changed(job.id);
    this.#own.endedAs(job, from, status, now, startedAt);
  }

  /** It has ended so because of `reason`. */
  failed(type: string, reason: string, now: number): void {
    this.#failures.add(type, reason, now);
  }

  #forget(): void {
    this.#own = new TransactionChanges();
    this.#failures = new Failures();
  }
}

/** The failures of a transaction, by day, type and reason. */
class Failures {
  readonly #counts = new Map<string, [day: number, type: string, reason: string, count: number]>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  add(type: string, error: string, now: number): void {
    const day = now - (now % DAY_MS);
    const reason = REASON.exec(error)?.[0] ?? '';
    const key = JSON.stringify([day, type, reason]);
    const known = this.#counts.get(key) ?? [day, type, reason, 0];
    this.#counts.set(key, known);
    known[3]++;
  }

  /** A list for each column. */
  columns(): (string | number)[][] {
    const rows = [...this.#counts.values()];
    return [0, 1, 2, 3].map((column) => rows.map((row) => row[column] ?? ''));
  }
}

const ADD = `
  INSERT INTO job_changes (owner, jobs, ended, ends, removed, retries)
  VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text)`;

// In the order of the key: two transactions do not wait for each other.
const COUNT_FAILURES = `
  INSERT INTO job_failures (day, type, reason, count)
  SELECT day, type, kept, SUM(count) FROM (
    SELECT day, type, count,
           CASE WHEN is_known OR rows + row_number() OVER (PARTITION BY day, type, is_known)
                  <= ${MAX_REASONS} THEN reason ELSE '' END AS kept
    FROM (
      SELECT day, type, reason, count,
             (SELECT COUNT(*) FROM job_failures AS known
              WHERE known.day = new.day AND known.type = new.type) AS rows,
             EXISTS (SELECT 1 FROM job_failures AS known
                     WHERE known.day = new.day AND known.type = new.type
                       AND known.reason = new.reason) AS is_known
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
        AS new (day, type, reason, count)) AS counted) AS reasons
  GROUP BY day, type, kept ORDER BY day, type, kept
  ON CONFLICT (day, type, reason) DO UPDATE SET count = job_failures.count + excluded.count`;

// Of what is not complete yet nothing is deleted: no row may come later among those that are gone. Their ends
// are added to the history first.
const DELETE_OLDEST = `
  WITH last AS (
    SELECT xid, seq FROM job_changes WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid DESC, seq DESC OFFSET $1::bigint LIMIT 1),
  gone AS (
    DELETE FROM job_changes USING last
    WHERE (job_changes.xid, job_changes.seq) <= (last.xid, last.seq)
    RETURNING ends, is_counted),
  counted AS (SELECT ends FROM gone WHERE is_counted = 0 AND ends IS NOT NULL),
  added AS (${COUNT_ENDS})
  UPDATE job_feed SET gone_xid = last.xid, gone_seq = last.seq FROM last
  WHERE (gone_xid, gone_seq) < (last.xid, last.seq)`;
