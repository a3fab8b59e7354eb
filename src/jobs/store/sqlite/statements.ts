import type { Database, SQLQueryBindings } from 'bun:sqlite';
import { statement } from '../../../platform/statement.ts';

export type Value = string | number | boolean | null;

/** Values for `?1`, `?2`, …, or one object with those for `$name`. */
type Values = Value[] | [Record<string, Value>];

/** A statement that only reads. */
export interface Query<Row> {
  get(...values: Values): Row | null;
  all(...values: Values): Row[];
  iterate(...values: Values): IterableIterator<Row>;
}

/** A statement that writes; it runs inside a transaction of the writer. */
interface Command<Row> {
  run(...values: Values): { changes: number };
  /** The first row that `RETURNING` gives. */
  get(...values: Values): Row | null;
  all(...values: Values): Row[];
}

const READS = /^\s*(SELECT|WITH|PRAGMA\s+\w+\s*$)/i;

/**
 * A statement that only reads, prepared at its first use.
 * @throws TypeError when it could write: that must pass the writer, which refuses writes while the
 * database cannot take them.
 */
export function query<Row>(db: Database, sql: string): Query<Row> {
  if (!READS.test(sql)) throw new TypeError(`This statement does not only read: ${sql.trim()}`);
  return statement<Row, SQLQueryBindings[]>(db, sql);
}

/** A statement that writes, prepared at its first use. */
export function command<Row = never>(db: Database, sql: string): Command<Row> {
  return statement<Row, SQLQueryBindings[]>(db, sql);
}
