import type { Database } from 'bun:sqlite';
import type { FollowUps } from '../../follow_up.ts';
import type { Job } from '../../job.ts';
import type { FinalStatus } from '../../lifecycle.ts';
import { BRIEF, type JobRow, toJob } from '../rows.ts';
import type { Insertion } from './insertion.ts';
import { command, query } from './statements.ts';

/** Queues the jobs that an end of a job leads to, in the transaction of that end. */
export class FollowUpQueue {
  readonly #sql;

  constructor(
    db: Database,
    private readonly insertion: Insertion,
    private readonly followUps: FollowUps,
  ) {
    this.#sql = {
      brief: query<JobRow>(db, `SELECT ${BRIEF} FROM jobs WHERE id = ?`),
      // The taskbar shows what people have started.
      dismiss: command(db, 'UPDATE jobs SET dismissed_at = ? WHERE id = ?'),
    };
  }

  ended(id: string, ended: { type: string; status: FinalStatus; failure?: string }, now: number) {
    const read = (): Job | undefined => {
      const row = this.#sql.brief.get(id);
      return row ? toJob(row, now) : undefined;
    };
    for (const job of this.followUps(ended as Job, read)) {
      this.insertion.insertQueued(job, NO_LIMITS, now);
      this.#sql.dismiss.run(now, job.id);
    }
  }
}

const NO_LIMITS = { perType: Number.POSITIVE_INFINITY, perClient: Number.POSITIVE_INFINITY };
