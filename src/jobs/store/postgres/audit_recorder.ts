import type { Transaction } from '../../../platform/postgres/statements.ts';
import type { TransactionListener } from '../../../platform/postgres/transaction.ts';
import { type Actor, newDeed, type RecordChange, recordNothing } from '../../audit.ts';
import { recordOther } from './audit_log.ts';

/** Records changes of something other than jobs, at the end of the transaction that makes them. */
export class AuditRecorder implements TransactionListener {
  /** What is to be written with the transaction in progress, if there is one. */
  #entries: ((tx: Transaction) => Promise<void>)[] | undefined;

  /**
   * Gives what records changes by that actor; undefined: they are not recorded.
   * @param now the time in ms since 1970 UTC.
   */
  recorder(by: Actor | undefined, now: () => number): RecordChange {
    if (!by) return recordNothing;
    const deed = newDeed(by, now());
    return (action, change) => {
      if (!this.#entries) throw new Error('A change is recorded within its transaction.');
      this.#entries.push((tx) => recordOther(tx, deed, action, change, now()));
    };
  }

  begun(): void {
    this.#entries = [];
  }

  async committing(tx: Transaction): Promise<void> {
    for (const write of this.#entries ?? []) await write(tx);
  }

  committed(): void {
    this.#entries = undefined;
  }

  rolledBack(): void {
    this.#entries = undefined;
  }
}
