import type { TransactionListener } from '../../../platform/postgres/transaction.ts';
import type { Ticket } from '../../queue/dispatcher.ts';
import { HELD } from '../queue_state.ts';
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
    const tickets = new Map<string, Ticket>();
    for (const { type, due } of this.recent.waiting(isPart ? made.ids : undefined)) {
      if (due === HELD) continue;
      tickets.set(`${type} ${due}`, { type, ...(due !== null && { at: due }) });
    }
    for (const type of made.removedTypes) tickets.set(`${type} null`, { type });
    if (tickets.size > 0) this.offer([...tickets.values()]);
  }

  rolledBack(): void {
    this.#made = undefined;
  }
}
