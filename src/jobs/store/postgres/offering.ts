import type { TransactionListener } from '../../../platform/postgres/transaction.ts';
import type { Ticket } from '../../queue/dispatcher.ts';
import type { TransactionChanges } from '../transaction_changes.ts';
import type { ChangeLog } from './change_log.ts';
import type { PostgresRecentJobs } from './recent_jobs.ts';

/**
 * Offers a ticket after each transaction of this process that leaves jobs waiting, or may have made room for
 * some that wait. What it has claimed in the same transaction is not among them.
 */
export class Offering implements TransactionListener {
  #made: TransactionChanges | undefined;

  constructor(
    private readonly log: ChangeLog,
    private readonly recent: PostgresRecentJobs,
    private readonly offer: (tickets: Ticket[]) => void,
  ) {}

  begun(): void {
    this.#made = undefined;
  }

  async committing(): Promise<void> {
    this.#made = this.log.changes;
  }

  committed(): void {
    const made = this.#made;
    this.#made = undefined;
    if (!made || made.isEmpty) return;
    const isPart = made.isListed && !made.isEverything;
    const types = new Set([
      ...this.recent.readyTypes(isPart ? made.ids : undefined),
      ...made.removedTypes,
    ]);
    if (types.size > 0) this.offer([...types].map((type) => ({ type })));
  }

  rolledBack(): void {
    this.#made = undefined;
  }
}
