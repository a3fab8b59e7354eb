import type { Database } from 'bun:sqlite';
import { statement } from '../statement.ts';
import { keyOf, keyValues, type RowChange } from './captured_rows.ts';
import { type Row, type RowValue, TABLE_NAMES, type Table, type TableName } from './tables.ts';

/** Keeps what a replica derives from its rows, such as an index of words, in the transaction that writes them. */
export interface Derived {
  /**
   * @param before the row as it was, undefined when it is new.
   */
  wrote(table: TableName, row: Row, before: Row | undefined): void;
}

interface RowStatements {
  all(): Row[];
  removeSome(): number;
  before(key: RowValue[]): Row | undefined;
  remove(key: RowValue[]): void;
  /** Makes room for others when the row is to have other unique values: two rows may have exchanged theirs. */
  moveAside(key: RowValue[], row: Row): void;
  /** Of a key that has no row: takes half the time. */
  insert(row: Row): void;
  write(row: Row): void;
}

/** How many rows are removed in one transaction. */
const REMOVED_AT_ONCE = 200;

/** Tables whose rows triggers update: only the rows themselves tell what they should be. */
const TRIGGERED: readonly TableName[] = ['imports', 'saved_finds'];

/** The tables that have these triggers. */
const TRIGGERING: readonly TableName[] = ['posts', 'post_origins'];

/** Writes rows into a replica as they are in PostgreSQL. Runs inside the caller's transaction. */
export class RowWriting {
  readonly #statements: Map<TableName, RowStatements>;

  constructor(
    private readonly db: Database,
    private readonly tables: ReadonlyMap<TableName, Table>,
    private readonly derived: Derived,
  ) {
    this.#statements = new Map(
      [...tables.values()].map((table) => [table.name, statementsOf(db, table)]),
    );
  }

  /** @param changes at most one of each row. */
  write(changes: readonly RowChange[]): void {
    if (changes.length === 0) return;
    // A row may refer to one that is written later.
    this.db.run('PRAGMA defer_foreign_keys = ON');
    const isTriggering = changes.some(({ table }) => TRIGGERING.includes(table));
    const kept = isTriggering ? this.#triggered() : [];
    const ordered = changes.toSorted(
      (a, b) => TABLE_NAMES.indexOf(a.table) - TABLE_NAMES.indexOf(b.table),
    );
    for (const change of ordered.toReversed()) this.#clear(change);
    // What is derived is written in one go: between other rows, FTS5 would write a segment for each post.
    const written = ordered.flatMap(({ table, key, row }) =>
      row ? [{ table, row, former: this.#write(table, key, row) }] : [],
    );
    for (const { table, row, former } of written) this.derived.wrote(table, row, former);
    const changed = new Set(changes.map(({ table, key }) => `${table} ${key}`));
    const due = changes.filter(({ table }) => TRIGGERED.includes(table));
    const others = kept.filter(({ table, key }) => !changed.has(`${table} ${key}`));
    if (isTriggering) for (const change of [...others, ...due]) this.#correct(change);
  }

  /** Writes a row again that a trigger has changed meanwhile. */
  #correct({ table, key, row }: RowChange): void {
    const { before, write } = this.#of(table);
    if (!row || Bun.deepEquals(before(keyValues(this.#table(table), key)), row)) return;
    write(row);
  }

  /** Removes some rows of a table. @returns how many: 0 when none is left. */
  removeSome(name: TableName): number {
    return this.#of(name).removeSome();
  }

  #triggered(): RowChange[] {
    return TRIGGERED.flatMap((table) =>
      this.#of(table)
        .all()
        .map((row) => ({ table, key: keyOf(this.#table(table), row), row, wasDeleted: false })),
    );
  }

  /** What belongs to a deleted row goes with it. */
  #clear({ table, key, row, wasDeleted }: RowChange): void {
    const { remove, moveAside } = this.#of(table);
    const values = keyValues(this.#table(table), key);
    if (wasDeleted || !row) remove(values);
    else moveAside(values, row);
  }

  /** @returns the row as it was, undefined when it is new. */
  #write(name: TableName, key: string, row: Row): Row | undefined {
    const { before, insert, write } = this.#of(name);
    const former = before(keyValues(this.#table(name), key));
    if (former) write(row);
    else insert(row);
    return former;
  }

  #of(name: TableName): RowStatements {
    return this.#statements.get(name) as RowStatements;
  }

  #table(name: TableName): Table {
    return this.tables.get(name) as Table;
  }
}

function statementsOf(db: Database, { name, columns, key, unique }: Table): RowStatements {
  const ofKey = key.map((column) => `${column.name} = ?`).join(' AND ');
  const names = columns.map((column) => column.name);
  const updates = names
    .filter((column) => !key.some((part) => part.name === column))
    .map((column) => `${column} = excluded.${column}`);
  const resolution = updates.length > 0 ? `UPDATE SET ${updates.join(', ')}` : 'NOTHING';
  const before = statement<Row, RowValue[]>(
    db,
    `SELECT ${names.join(', ')} FROM ${name} WHERE ${ofKey}`,
  );
  const all = statement<Row, []>(db, `SELECT ${names.join(', ')} FROM ${name}`);
  const keys = key.map((column) => column.name).join(', ');
  const removeSome = statement<null, []>(
    db,
    `DELETE FROM ${name} WHERE (${keys}) IN (SELECT ${keys} FROM ${name} LIMIT ${REMOVED_AT_ONCE})`,
  );
  const remove = statement<null, RowValue[]>(db, `DELETE FROM ${name} WHERE ${ofKey}`);
  const aside = unique.at(-1);
  const isOther = unique.map((column) => `${column.name} IS NOT ?`).join(' OR ');
  const moveAside =
    aside?.type === 'TEXT' &&
    statement<null, RowValue[]>(
      db,
      `UPDATE ${name} SET ${aside.name} = ${aside.name} || char(0) || rowid
       WHERE ${ofKey} AND (${isOther})`,
    );
  const inserting = `INSERT INTO ${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  const insert = statement<null, RowValue[]>(db, inserting);
  const write = statement<null, RowValue[]>(
    db,
    `${inserting} ON CONFLICT (${keys}) DO ${resolution}`,
  );
  return {
    all: () => all.all(),
    removeSome: () => removeSome.run().changes,
    before: (values) => before.get(...values) ?? undefined,
    remove: (values) => void remove.run(...values),
    moveAside(values, row) {
      if (moveAside) moveAside.run(...values, ...unique.map((column) => row[column.name] ?? null));
    },
    insert: (row) => void insert.run(...names.map((column) => row[column] ?? null)),
    write: (row) => void write.run(...names.map((column) => row[column] ?? null)),
  };
}
