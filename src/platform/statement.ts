import type { Database, SQLQueryBindings } from 'bun:sqlite';

type Bindings = SQLQueryBindings | SQLQueryBindings[];
type Prepared<Row, Params extends Bindings> = ReturnType<
  typeof Database.prototype.query<Row, Params>
>;
type Given<Row, Params extends Bindings> = Parameters<Prepared<Row, Params>['get']>;

/** A statement that SQLite prepares when it is first run, or when `prepareStatements` is called. */
export class LazyStatement<Row, Params extends Bindings> {
  #prepared: Prepared<Row, Params> | undefined;

  constructor(
    private readonly db: Database,
    private readonly sql: string,
  ) {}

  get(...params: Given<Row, Params>): Row | null {
    return this.prepare().get(...params);
  }

  all(...params: Given<Row, Params>): Row[] {
    return this.prepare().all(...params);
  }

  iterate(...params: Given<Row, Params>): IterableIterator<Row> {
    return this.prepare().iterate(...params);
  }

  run(...params: Given<Row, Params>): { changes: number; lastInsertRowid: number | bigint } {
    return this.prepare().run(...params);
  }

  /** @throws SQLiteError when it does not fit the database's tables. */
  prepare(): Prepared<Row, Params> {
    this.#prepared ??= this.db.query<Row, Params>(this.sql);
    return this.#prepared;
  }

  finalize(): void {
    this.#prepared?.finalize();
    this.#prepared = undefined;
  }
}

type Kept = Pick<LazyStatement<unknown, []>, 'prepare' | 'finalize'>;

const statements = new WeakMap<Database, Kept[]>();

/**
 * For statements that are kept as long as the database is open. Preparing all of them takes 5 ms,
 * and the first page needs few of them.
 */
export function statement<Row, Params extends Bindings>(
  db: Database,
  sql: string,
): LazyStatement<Row, Params> {
  const made = new LazyStatement<Row, Params>(db, sql);
  const others = statements.get(db);
  if (others) others.push(made);
  else statements.set(db, [made]);
  return made;
}

/**
 * Prepares what has not been run yet.
 * @throws SQLiteError when a statement does not fit the database's tables.
 */
export function prepareStatements(db: Database): void {
  for (const made of statements.get(db)?.splice(0) ?? []) made.prepare();
}

/** Ends those that were not prepared by `prepareStatements`, before the database is closed. */
export function finalizeStatements(db: Database): void {
  for (const made of statements.get(db)?.splice(0) ?? []) made.finalize();
}
