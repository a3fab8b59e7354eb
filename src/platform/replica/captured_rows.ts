import type { Database } from 'bun:sqlite';
import { statement } from '../statement.ts';
import { type Row, type RowValue, TABLE_NAMES, type Table, type TableName } from './tables.ts';

/** What has become of a row. */
export interface RowChange {
  table: TableName;
  /** The values of the primary key as JSON, bytes as hexadecimal digits. */
  key: string;
  /** Undefined: there is none any more. */
  row: Row | undefined;
  /** Whether the row that had the key was deleted, with what belonged to it; a new one may have the key since. */
  wasDeleted: boolean;
}

/** Notes which replicated rows are changed on a connection, also by triggers and foreign keys. */
export class CapturedRows {
  readonly #notes;
  readonly #forget;
  readonly #readers: Map<TableName, (key: string) => Row | undefined>;

  constructor(db: Database, tables: ReadonlyMap<TableName, Table>) {
    // Without a key: how a statement resolves conflicts also decides it for its triggers.
    db.run('CREATE TEMP TABLE changed_rows (table_name TEXT, key TEXT, was_deleted INTEGER)');
    for (const table of tables.values()) db.run(triggersOf(table));
    this.#notes = statement<Note, []>(
      db,
      `SELECT table_name, key, max(was_deleted) AS was_deleted FROM changed_rows
       GROUP BY table_name, key`,
    );
    this.#forget = statement<null, []>(db, 'DELETE FROM changed_rows');
    this.#readers = new Map([...tables.values()].map((table) => [table.name, readerOf(db, table)]));
  }

  /** The rows that were changed since `forget`, as they are now. */
  read(): RowChange[] {
    const notes = this.#notes.all();
    const changes = notes.map(({ table_name: table, key, was_deleted: wasDeleted }) => ({
      table,
      key,
      row: this.#readers.get(table)?.(key),
      wasDeleted: wasDeleted === 1,
    }));
    return changes.sort((a, b) => TABLE_NAMES.indexOf(a.table) - TABLE_NAMES.indexOf(b.table));
  }

  forget(): void {
    this.#forget.run();
  }
}

interface Note {
  table_name: TableName;
  key: string;
  was_deleted: number;
}

function triggersOf({ name, key }: Table): string {
  const note = (row: 'old' | 'new', wasDeleted = 0) => {
    const values = key.map((column) =>
      column.type === 'BLOB' ? `hex(${row}.${column.name})` : `${row}.${column.name}`,
    );
    return `INSERT INTO changed_rows VALUES ('${name}', json_array(${values.join(', ')}), ${wasDeleted});`;
  };
  const trigger = (event: 'INSERT' | 'UPDATE' | 'DELETE', notes: string) =>
    `CREATE TEMP TRIGGER ${name}_note_${event} AFTER ${event} ON main.${name} BEGIN ${notes} END;`;
  return [
    trigger('INSERT', note('new')),
    trigger('UPDATE', note('old') + note('new')),
    trigger('DELETE', note('old', 1)),
  ].join('\n');
}

function readerOf(db: Database, table: Table): (key: string) => Row | undefined {
  const conditions = table.key.map(({ name }) => `${name} = ?`).join(' AND ');
  const columns = table.columns.map(({ name }) => name).join(', ');
  const read = statement<Row, RowValue[]>(
    db,
    `SELECT ${columns} FROM ${table.name} WHERE ${conditions}`,
  );
  return (key) => read.get(...keyValues(table, key)) ?? undefined;
}

/** The values of a primary key, in the order of its columns. */
export function keyValues(table: Table, key: string): RowValue[] {
  const values = JSON.parse(key) as (string | number)[];
  return values.map((value, index) =>
    table.key[index]?.type === 'BLOB' ? Buffer.from(String(value), 'hex') : value,
  );
}

/** The primary key of a row as notes have it. */
export function keyOf(table: Table, row: Row): string {
  return JSON.stringify(
    table.key.map(({ name, type }) => {
      const value = row[name];
      return type === 'BLOB'
        ? Buffer.from(value as Uint8Array)
            .toString('hex')
            .toUpperCase()
        : value;
    }),
  );
}
