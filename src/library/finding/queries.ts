import type { Database } from 'bun:sqlite';

export type Bindings = Record<string, string | number>;

/** Runs statements that are put together from conditions, with those bindings that they use. */
export function createQueries(db: Database) {
  function usedBy(sql: string, bindings: Bindings): Bindings {
    const names = new Set(sql.match(/(?<=\$)\w+/g));
    return Object.fromEntries(Object.entries(bindings).filter(([name]) => names.has(name)));
  }

  const all = <Row>(sql: string, bindings: Bindings = {}) =>
    db.query<Row, Bindings>(sql).all(usedBy(sql, bindings));

  const transaction = db.transaction((work: () => unknown) => work());
  let isReading = false;

  /** Statements that `work` runs see one state of the database, whatever others commit meanwhile. */
  function inOneState<Result>(work: () => Result): Result {
    if (db.inTransaction) return work();
    isReading = true;
    try {
      return transaction(work) as Result;
    } finally {
      isReading = false;
    }
  }

  return {
    inOneState,
    /** Whether what is read may still be rolled back. */
    isUncommitted: () => db.inTransaction && !isReading,
    all,
    iterate: <Row>(sql: string, bindings: Bindings) =>
      db.query<Row, Bindings>(sql).iterate(usedBy(sql, bindings)),
    /** The single row of a statement that always has one. */
    one: <Row>(sql: string, bindings: Bindings = {}) => all<Row>(sql, bindings)[0] as Row,
  };
}

export type Queries = ReturnType<typeof createQueries>;

export function where(conditions: string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
