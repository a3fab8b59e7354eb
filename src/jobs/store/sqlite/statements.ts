import type { Changes, Database, SQLQueryBindings, Statement } from 'bun:sqlite';

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
export interface Command<Row> {
  run(...values: Values): Changes;
  /** The first row that `RETURNING` gives. */
  get(...values: Values): Row | null;
  all(...values: Values): Row[];
}

const READS = /^\s*(SELECT|WITH|PRAGMA\s+\w+\s*$)/i;

/**
 * A statement that only reads, and is prepared at its first use.
 * @throws TypeError when it could write: that must pass the writer, which refuses writes while the
 * database cannot take them.
 */
export function query<Row>(db: Database, sql: string): Query<Row> {
  if (!READS.test(sql)) throw new TypeError(`This statement does not only read: ${sql.trim()}`);
  return new Lazy<Row>(db, sql);
}

/** A statement that writes, and is prepared at its first use. */
export function command<Row = never>(db: Database, sql: string): Command<Row> {
  return new Lazy<Row>(db, sql);
}

/** To prepare every statement when a database is opened takes 4 to 9 ms of the start. */
class Lazy<Row> {
  readonly #db: Database;
  readonly #sql: string;
  #statement: Statement<Row, SQLQueryBindings[]> | undefined;

  constructor(db: Database, sql: string) {
    this.#db = db;
    this.#sql = sql;
    declaredStatements(db).add(sql);
  }

  get(...values: Values): Row | null {
    return this.#prepared().get(...values);
  }

  all(...values: Values): Row[] {
    return this.#prepared().all(...values);
  }

  run(...values: Values): Changes {
    return this.#prepared().run(...values);
  }

  iterate(...values: Values): IterableIterator<Row> {
    return this.#prepared().iterate(...values);
  }

  #prepared(): Statement<Row, SQLQueryBindings[]> {
    this.#statement ??= this.#db.query<Row, SQLQueryBindings[]>(this.#sql);
    return this.#statement;
  }
}

const declared = new WeakMap<Database, Set<string>>();

/** All statements of a connection, prepared or not, so that a test can have each explained. */
export function declaredStatements(db: Database): Set<string> {
  let statements = declared.get(db);
  if (!statements) {
    statements = new Set();
    declared.set(db, statements);
  }
  return statements;
}
