import type { Database } from 'bun:sqlite';

/**
 * Makes `work` a part of the caller's transaction, which is rolled back as a whole when it fails, or one of
 * its own.
 *
 * `db.transaction` within another one is a savepoint. Until that ends, SQLite keeps the pages that each
 * statement has changed, in a temporary file: 25 KB for every post that a job has stored.
 */
export function joining<Args extends unknown[], Result>(
  db: Database,
  work: (...args: Args) => Result,
): (...args: Args) => Result {
  const transaction = db.transaction(work);
  return (...args) => (db.inTransaction ? work(...args) : transaction.immediate(...args));
}
