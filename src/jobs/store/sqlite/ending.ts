import type { Database } from 'bun:sqlite';
import { newDeed } from '../../audit.ts';
import { boundedError } from '../../engine/tidying.ts';
import type { FinalStatus, JobStatus } from '../../lifecycle.ts';
import type { Failure } from '../../listing.ts';
import { asColumns, COUNTED_ATTEMPTS, NO_LEASE } from '../rows.ts';
import type { End, Ended, Report, Run } from '../store.ts';
import type { AttemptHistory } from './attempts.ts';
import type { AuditLog } from './audit.ts';
import type { Cancelling } from './cancelling.ts';
import type { ChangeLog } from './changes.ts';
import type { FollowUpQueue } from './follow_ups.ts';
import type { Reporting } from './reporting.ts';
import { command } from './statements.ts';

/** What the job waits as, and how the attempt before it is kept. */
interface NextWait {
  status: JobStatus & ('queued' | 'retrying');
  outcome: 'failed' | 'postponed' | 'released' | 'interrupted';
  error: string | null;
}

interface Parts {
  audit: AuditLog;
  after: FollowUpQueue;
  log: ChangeLog;
  reporting: Reporting;
  attempts: AttemptHistory;
  cancelling: Cancelling;
  isInternal(type: string): boolean;
}

const RETRY = { via: 'retry' } as const;

/** How attempts end. */
export class Ending {
  readonly #sql;

  constructor(
    db: Database,
    private readonly parts: Parts,
  ) {
    this.#sql = statements(db);
  }

  end(run: Run, how: End, last: Report, now: number): Ended | undefined {
    if (last.progress || last.lines) this.parts.reporting.reportLast(run, last, now);
    return this.#endAs(run, how, now) ?? this.finishCancel(run, undefined, now);
  }

  fail(run: Run, why: string, failure: Failure, now: number): Ended | undefined {
    const reason = boundedError(why);
    const { changes } = this.#sql.fail.run(reason, failure, now, run.id, run.attempt);
    if (changes === 0) return undefined;
    this.#count(run, 'failed', now, failure);
    // Nothing waits for the children any more. A retry of this job retries them too.
    return { status: 'failed', children: this.parts.cancelling.cancelChildren(run.id, now) };
  }

  finishCancel(run: Run, note: string | undefined, now: number): Ended | undefined {
    const { changes } = this.#sql.finishCancel.run(note ?? null, now, run.id, run.attempt);
    if (changes === 0) return undefined;
    this.#count(run, 'cancelled', now);
    return { status: 'cancelled', children: [] };
  }

  /** The attempt has ended by `change`, and the job waits for another one. */
  waitAgain(
    run: Run,
    { status, outcome, error }: NextWait,
    now: number,
    change: () => { changes: number },
  ): Ended | undefined {
    if (change().changes === 0) return undefined;
    const { type, client = null } = run;
    this.parts.log.moved(run.id, { type, client }, 'running', 'waiting');
    this.parts.log.willRepeat(type, outcome);
    this.parts.attempts.keep(run, outcome, error || null, now);
    return { status, children: [] };
  }

  #endAs(run: Run, how: End, now: number): Ended | undefined {
    const { id, attempt } = run;
    switch (how.as) {
      case 'completed':
        return this.#complete(run, how.result, now);
      case 'failed':
        return this.fail(run, how.reason, how.failure, now);
      case 'retrying': {
        const error = boundedError(how.reason);
        const retry = () => this.#sql.retry.run(how.retryAt, error, now, id, attempt);
        const next = { status: 'retrying', outcome: 'failed', error } as const;
        const waits = this.waitAgain(run, next, now, retry);
        // Nobody has started those; an event may be sent twenty times.
        const isRecorded = waits && !this.parts.isInternal(run.type);
        if (isRecorded) this.parts.audit.changed(newDeed(RETRY, now), 'retry', [id], now);
        return waits ?? this.fail(run, how.reason, how.failure ?? 'exhausted', now);
      }
      case 'postponed': {
        const error = boundedError(how.reason);
        const postpone = () => this.#sql.postpone.run(how.retryAt, error, now, id, attempt);
        const next = { status: 'retrying', outcome: 'postponed', error } as const;
        return this.waitAgain(run, next, now, postpone);
      }
      case 'released': {
        const release = () => this.#sql.release.run(now, id, attempt);
        const next = { status: 'queued', outcome: 'released', error: null } as const;
        return this.waitAgain(run, next, now, release);
      }
      case 'cancelled':
        return this.finishCancel(run, how.note, now);
    }
  }

  #complete(run: Run, value: unknown, now: number): Ended | undefined {
    const [result, brief] = value === undefined ? ['null', null] : asColumns(value);
    const { changes } = this.#sql.complete.run(result, brief, now, run.id, run.attempt);
    if (changes === 0) return undefined;
    this.#count(run, 'completed', now);
    return { status: 'completed', children: [] };
  }

  #count(run: Run, status: FinalStatus, now: number, failure?: Failure): void {
    const { id, type, client = null, startedAt } = run;
    const place = run.tracked ? 'tracked' : 'running';
    this.parts.log.ended({ id, type, client }, place, status, now, startedAt);
    this.parts.after.ended(id, { type, status, ...(failure && { failure }) }, now);
  }
}

function statements(db: Database) {
  const ifRunning = "attempt = ?5 AND status = 'running'";
  return {
    complete: command(
      db,
      `UPDATE jobs SET status = 'completed', result = ?1, result_brief = ?2, error_message = NULL,
                       ${NO_LEASE}, updated_at = ?3, completed_at = ?3
       WHERE id = ?4 AND ${ifRunning}`,
    ),
    fail: command(
      db,
      `UPDATE jobs SET status = 'failed', error_message = ?1, errors = json_insert(errors, '$[#]', ?1),
                       failure = ?2, ${NO_LEASE}, updated_at = ?3, completed_at = ?3
       WHERE id = ?4 AND ${ifRunning}`,
    ),
    retry: command(
      db,
      `UPDATE jobs SET status = 'retrying', retry_at = ?1, due_at = ?1, error_message = ?2,
                       errors = json_insert(errors, '$[#]', ?2), uncounted = CASE WHEN advanced THEN attempt ELSE uncounted END,
                       ${NO_LEASE}, updated_at = ?3
       WHERE id = ?4 AND ${ifRunning} AND ${COUNTED_ATTEMPTS} < max_attempts + advanced`,
    ),
    postpone: command(
      db,
      `UPDATE jobs SET status = 'retrying', retry_at = ?1, due_at = ?1, error_message = ?2,
                       uncounted = uncounted + 1, ${NO_LEASE}, updated_at = ?3
       WHERE id = ?4 AND ${ifRunning}`,
    ),
    release: command(
      db,
      `UPDATE jobs SET status = 'queued', uncounted = uncounted + 1, ${NO_LEASE}, updated_at = ?1
       WHERE id = ?2 AND attempt = ?3 AND status = 'running'`,
    ),
    finishCancel: command(
      db,
      `UPDATE jobs SET status = 'cancelled', error_message = COALESCE(error_message, ?1), ${NO_LEASE}, updated_at = ?2,
                       completed_at = ?2
       WHERE id = ?3 AND attempt = ?4 AND status = 'cancelling'`,
    ),
  };
}
