import type { Database } from 'bun:sqlite';
import type { Fence, Hold } from '../store.ts';
import { RUNNING } from './rows.ts';
import { query } from './statements.ts';

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
