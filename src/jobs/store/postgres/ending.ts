import type { Transaction, Value } from '../../../platform/postgres/statements.ts';
import { newDeed } from '../../audit.ts';
import { boundedError } from '../../engine/tidying.ts';
import type { FinalStatus, JobStatus } from '../../lifecycle.ts';
import type { Failure } from '../../listing.ts';
import { asColumns, BRIEF, COUNTED_ATTEMPTS, type JobRow, NO_LEASE } from '../rows.ts';
import type { End, Ended, Report, Run } from '../store.ts';
import { KEEP_ATTEMPT } from './attempt_history.ts';
import { recordJobs } from './audit_log.ts';
import type { Cancelling } from './cancelling.ts';
import type { ChangeLog } from './change_log.ts';
import type { FollowUpQueue } from './follow_ups.ts';
import type { Reporting } from './reporting.ts';
import { withError } from './stored_errors.ts';

/** What the job waits as, and how the attempt before it is kept. */
interface NextWait {
  status: JobStatus & ('queued' | 'retrying');
  outcome: 'failed' | 'postponed' | 'released' | 'interrupted';
  /** The statement that ends the attempt and keeps it: see `waitAgain`. */
  sql: string;
  values: readonly Value[];
}

interface Parts {
  after: FollowUpQueue;
  log: ChangeLog;
  reporting: Reporting;
  cancelling: Cancelling;
  isInternal(type: string): boolean;
}

const RETRY = { via: 'retry' } as const;

/** How attempts end. */
export class Ending {
  constructor(private readonly parts: Parts) {}

  async end(
    tx: Transaction,
    run: Run,
    how: End,
    last: Report,
    now: number,
  ): Promise<Ended | undefined> {
    if (last.progress || last.lines) await this.parts.reporting.reportLast(tx, run, last, now);
    return (
      (await this.#endAs(tx, run, how, now)) ?? (await this.finishCancel(tx, run, undefined, now))
    );
  }

  async fail(
    tx: Transaction,
    run: Run,
    why: string,
    failure: Failure,
    now: number,
  ): Promise<Ended | undefined> {
    const reason = boundedError(why);
    const row = await tx.get<JobRow>(FAIL, [run.id, run.attempt, now, reason, failure]);
    if (!row) return undefined;
    this.parts.log.failed(run.type, reason, now);
    await this.#count(tx, run, 'failed', row, now);
    // Nothing waits for the children any more. A retry of this job retries them too.
    const children = await this.parts.cancelling.cancelChildren(tx, [run.id], now);
    return { status: 'failed', children };
  }

  async finishCancel(
    tx: Transaction,
    run: Run,
    note: string | undefined,
    now: number,
  ): Promise<Ended | undefined> {
    const row = await tx.get<JobRow>(FINISH_CANCEL, [run.id, run.attempt, now, note ?? null]);
    if (!row) return undefined;
    await this.#count(tx, run, 'cancelled', row, now);
    return { status: 'cancelled', children: [] };
  }

  /** The attempt ends, and the job waits for another one. Undefined: it has lost its job. */
  async waitAgain(
    tx: Transaction,
    run: Run,
    { status, outcome, sql, values }: NextWait,
    now: number,
  ): Promise<Ended | undefined> {
    const { changes } = await tx.run(sql, [run.id, run.attempt, now, ...values]);
    if (changes === 0) return undefined;
    this.parts.log.changed(run.id);
    this.parts.log.willRepeat(run.type, outcome);
    return { status, children: [] };
  }

  async #endAs(tx: Transaction, run: Run, how: End, now: number): Promise<Ended | undefined> {
    switch (how.as) {
      case 'completed':
        return this.#complete(tx, run, how.result, now);
      case 'failed':
        return this.fail(tx, run, how.reason, how.failure, now);
      case 'retrying':
        return (
          (await this.#retry(tx, run, how, now)) ??
          (await this.fail(tx, run, how.reason, how.failure ?? 'exhausted', now))
        );
      case 'postponed': {
        const values = [boundedError(how.reason), how.retryAt];
        const next = { status: 'retrying', outcome: 'postponed', sql: POSTPONE, values } as const;
        return this.waitAgain(tx, run, next, now);
      }
      case 'released': {
        const next = { status: 'queued', outcome: 'released', sql: RELEASE, values: [] } as const;
        return this.waitAgain(tx, run, next, now);
      }
      case 'cancelled':
        return this.finishCancel(tx, run, how.note, now);
    }
  }

  async #retry(
    tx: Transaction,
    run: Run,
    { reason, retryAt }: { reason: string; retryAt: number },
    now: number,
  ): Promise<Ended | undefined> {
    const values = [boundedError(reason), retryAt];
    const next = { status: 'retrying', outcome: 'failed', sql: RETRY_LATER, values } as const;
    const waits = await this.waitAgain(tx, run, next, now);
    // Nobody has started those; an event may be sent twenty times.
    const isRecorded = waits && !this.parts.isInternal(run.type);
    if (isRecorded) await recordJobs(tx, newDeed(RETRY, now), 'retry', [run.id], now);
    return waits;
  }

  async #complete(
    tx: Transaction,
    run: Run,
    value: unknown,
    now: number,
  ): Promise<Ended | undefined> {
    const [result, brief] = value === undefined ? ['null', null] : asColumns(value);
    const row = await tx.get<JobRow>(COMPLETE, [run.id, run.attempt, now, result, brief]);
    if (!row) return undefined;
    await this.#count(tx, run, 'completed', row, now);
    return { status: 'completed', children: [] };
  }

  async #count(
    tx: Transaction,
    run: Run,
    status: FinalStatus,
    row: JobRow,
    now: number,
  ): Promise<void> {
    const place = run.tracked ? 'tracked' : 'running';
    this.parts.log.ended(run, place, status, now, run.startedAt);
    await this.parts.after.ended(tx, [row], now);
  }
}

/** Its values, and the time, are the first three of each statement. */
export const IF_RUNNING = "WHERE id = $1::text AND attempt = $2::integer AND status = 'running'";

const ENDED = `${NO_LEASE}, updated_at = $3::bigint, completed_at = $3::bigint`;

const COMPLETE = `
  UPDATE jobs SET status = 'completed', result = $4::text, result_brief = $5::text,
                  error_message = NULL, ${ENDED}
  ${IF_RUNNING} RETURNING ${BRIEF}`;

const FAIL = `
  UPDATE jobs SET status = 'failed', error_message = $4::text, errors = ${withError('$4::text')},
                  failure = $5::text, ${ENDED}
  ${IF_RUNNING} RETURNING ${BRIEF}`;

const FINISH_CANCEL = `
  UPDATE jobs SET status = 'cancelled', error_message = COALESCE(error_message, $4::text), ${ENDED}
  WHERE id = $1::text AND attempt = $2::integer AND status = 'cancelling' RETURNING ${BRIEF}`;

/** `change` ends the attempt so that the job waits again; the attempt is kept. */
export const waitAgainBy = (change: string, where: string, outcome: string, error: string) => `
  WITH ended AS (
    UPDATE jobs SET ${change}, ${NO_LEASE}, updated_at = $3::bigint ${where}
    RETURNING id, attempt, started_at, $3::bigint AS ended_at, ${outcome} AS outcome,
              NULLIF(${error}, '') AS error)
  ${KEEP_ATTEMPT}`;

const WAITS_FOR_RETRY = `status = 'retrying', retry_at = $5::bigint, due_at = $5::bigint,
  error_message = $4::text`;

const RETRY_LATER = waitAgainBy(
  `${WAITS_FOR_RETRY}, errors = ${withError('$4::text')},
   uncounted = CASE advanced WHEN 1 THEN attempt ELSE uncounted END`,
  `${IF_RUNNING} AND ${COUNTED_ATTEMPTS} < max_attempts + advanced`,
  "'failed'",
  '$4::text',
);

// The column takes no `postponed`: one that has ended without an outcome was.
const POSTPONE = waitAgainBy(
  `${WAITS_FOR_RETRY}, uncounted = uncounted + 1`,
  IF_RUNNING,
  'NULL',
  '$4::text',
);

const RELEASE = waitAgainBy(
  "status = 'queued', uncounted = uncounted + 1",
  IF_RUNNING,
  "'released'",
  'NULL::text',
);
