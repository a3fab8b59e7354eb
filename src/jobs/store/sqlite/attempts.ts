import type { Database } from 'bun:sqlite';
import type { JobAttempt } from '../../details.ts';
import { ATTEMPT, type AttemptRow, toAttempts } from '../detail_rows.ts';
import { type JobRow, RUNNING, WHOLE } from '../rows.ts';
import type { Fence, Hold } from '../store.ts';
import type { Moved } from '../transaction_changes.ts';
import { command, query } from './statements.ts';

/** A job that has ended, with what its last attempt left in it. */
export interface EndedRow extends Moved {
  attempt: number;
  completed_at: number;
  error_message: string | null;
}

/** Whether an attempt still holds its job: the one statement that decides it. */
export class Ownership {
  readonly #status;

  constructor(db: Database) {
    this.#status = query<{ status: Exclude<Hold, 'gone'> }>(
      db,
      `SELECT status FROM jobs WHERE id = ? AND attempt = ? AND ${RUNNING}`,
    );
  }

  holdOf({ id, attempt }: Fence): Hold {
    return this.#status.get(id, attempt)?.status ?? 'gone';
  }
}

/** Keeps the attempts before a job's last one; the last one follows from the job itself. */
export class AttemptHistory {
  readonly #keep;
  readonly #isKept;

  constructor(db: Database) {
    this.#keep = command(
      db,
      `INSERT INTO job_attempts (job_id, attempt, started_at, ended_at, outcome, error)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET
         ended_at = excluded.ended_at, outcome = excluded.outcome, error = excluded.error`,
    );
    this.#isKept = query<{ found: 1 }>(
      db,
      'SELECT 1 AS found FROM job_attempts WHERE job_id = ? AND attempt = ? AND ended_at IS NOT NULL',
    );
  }

  keep(
    { id, attempt, startedAt }: Fence & { startedAt: number },
    outcome: string,
    error: string | null,
    now: number,
  ): void {
    // The column takes no `postponed`: one that has ended without an outcome was.
    const kept = outcome === 'postponed' ? null : outcome;
    this.#keep.run(id, attempt, startedAt, now, kept, error);
  }

  /** To be called before a job that has ended begins anew. It had none when it was cancelled in the queue. */
  keepLast(job: EndedRow): void {
    const { id, attempt, started_at, completed_at, status, error_message } = job;
    if (attempt === 0 || this.#isKept.get(id, attempt)) return;
    const startedAt = started_at ?? completed_at;
    this.keep({ id, attempt, startedAt }, status, error_message, completed_at);
  }
}

/** Reads a job's attempts, oldest first. */
export function createAttemptReader(db: Database): (id: string) => JobAttempt[] {
  const kept = query<AttemptRow>(
    db,
    `SELECT ${ATTEMPT} FROM job_attempts WHERE job_id = ? ORDER BY attempt`,
  );
  const whole = query<JobRow>(db, `SELECT ${WHOLE} FROM jobs WHERE id = ?`);
  return (id) => toAttempts(kept.all(id), whole.get(id));
}
