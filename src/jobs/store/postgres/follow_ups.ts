import type { Transaction } from '../../../platform/postgres/statements.ts';
import type { FollowUps } from '../../follow_up.ts';
import type { Job } from '../../job.ts';
import { type JobRow, toJob } from '../rows.ts';
import type { Insertion } from './insertion.ts';

/** Queues the jobs that ends of jobs lead to, in the transaction of these ends. */
export class FollowUpQueue {
  constructor(
    private readonly insertion: Insertion,
    private readonly followUps: FollowUps,
  ) {}

  /** @param rows the ended jobs, with long texts cut. */
  async ended(tx: Transaction, rows: JobRow[], now: number): Promise<void> {
    const jobs = rows.flatMap((row) => {
      const { type, status, failure } = row;
      const ending = { type, status, ...(failure && { failure }) } as Job;
      return this.followUps(ending, () => toJob(row, now));
    });
    // The taskbar shows what people have started.
    await this.insertion.insert(tx, jobs, now, now);
  }
}
