import type { Database } from 'bun:sqlite';

/**
 * Makes `work` one transaction, or a part of the caller's, which is rolled back as a whole when it fails.
 *
 * Immediate, because it reads before it writes: if another process writes in between, a deferred
 * transaction fails at once with "database is locked", whatever the busy timeout.
 *
 * Bun makes a savepoint of a transaction in another one. Until a savepoint ends, SQLite keeps the pages
 * that each statement has changed, in a temporary file: 25 KB for every post that was saved.
 */
export function atomically<Args extends unknown[], Result>(
  db: Database,
  work: (...args: Args) => Result,
): (...args: Args) => Result {
  const transaction = db.transaction(work);
  return (...args) => (db.inTransaction ? work(...args) : transaction.immediate(...args));
}
