import type { Database } from 'bun:sqlite';

const rehearsing = new WeakSet<Database>();

/** Runs a write whose changes are undone afterwards. */
export function rehearse<Value>(db: Database, run: () => Value): Value {
  rehearsing.add(db);
  try {
    return run();
  } finally {
    rehearsing.delete(db);
  }
}

/** Whether what is written now is undone: what nobody reads in the meantime need not be derived. */
export function isRehearsing(db: Database): boolean {
  return rehearsing.has(db);
}
