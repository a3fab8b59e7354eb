import type { Query, Transaction, Value } from '../postgres/statements.ts';
import { keyOf, type RowChange } from './captured_rows.ts';
import type { Column, Row, Table, TableName } from './tables.ts';

/** How many rows one statement reads or writes. */
const MOST_ROWS = 500;

const TYPES = { TEXT: 'text', INTEGER: 'bigint', BLOB: 'text' } as const;

/** Writes rows, and deletes those that are no more. @param changes at most one of each row. */
export async function storeRows(
  tx: Transaction,
  tables: ReadonlyMap<TableName, Table>,
  changes: readonly RowChange[],
): Promise<void> {
  for (const table of tables.values()) {
    const ofTable = changes.filter((change) => change.table === table.name);
    for (const part of inParts(ofTable.filter(({ row }) => !row)))
      await tx.run(removal(table), keyLists(table, part));
    for (const part of inParts(ofTable.flatMap(({ row }) => (row ? [row] : []))))
      await tx.run(writing(table), lists(table.columns, part));
  }
}

type RowKey = Pick<RowChange, 'key' | 'wasDeleted'>;

/** The rows with these keys, and which of them are no more. */
export async function readRows(
  db: Query,
  table: Table,
  keys: readonly RowKey[],
): Promise<RowChange[]> {
  const changes: RowChange[] = [];
  for (const part of inParts(keys)) {
    const rows = await db.all<Row>(reading(table), keyLists(table, part));
    const found = new Map(rows.map((row) => [keyOf(table, row), row]));
    for (const { key, wasDeleted } of part)
      changes.push({ table: table.name, key, row: found.get(key), wasDeleted });
  }
  return changes;
}

/** All rows of a table, in parts. */
export async function* everyRow(db: Query, table: Table): AsyncGenerator<RowChange[]> {
  const order = names(table.key);
  const after = table.key
    .map(({ type }, index) => decoded({ name: `$${index + 1}`, type }))
    .join(', ');
  let last: string | undefined;
  for (;;) {
    const where = last === undefined ? '' : `WHERE (${order}) > (${after})`;
    const values = last === undefined ? [] : (JSON.parse(last) as Value[]);
    const rows = await db.all<Row>(
      `SELECT ${names(table.columns)} FROM ${table.name} ${where} ORDER BY ${order} LIMIT ${MOST_ROWS}`,
      values,
    );
    const changes = rows.map((row) => ({
      table: table.name,
      key: keyOf(table, row),
      row,
      wasDeleted: false,
    }));
    if (changes.length > 0) yield changes;
    last = changes.at(-1)?.key;
    if (rows.length < MOST_ROWS) return;
  }
}

function writing({ name, columns, key }: Table): string {
  const updates = columns
    .filter((column) => !key.includes(column))
    .map((column) => `${column.name} = excluded.${column.name}`);
  const resolution = updates.length > 0 ? `UPDATE SET ${updates.join(', ')}` : 'NOTHING';
  return `
    INSERT INTO ${name} (${names(columns)})
    SELECT ${columns.map(fromList).join(', ')} FROM ${unnested(columns)}
    ON CONFLICT (${names(key)}) DO ${resolution}`;
}

function removal({ name, key }: Table): string {
  const isSame = key.map((column) => `stored.${column.name} = ${fromList(column)}`).join(' AND ');
  return `DELETE FROM ${name} AS stored USING ${unnested(key)} WHERE ${isSame}`;
}

function reading({ name, columns, key }: Table): string {
  const isSame = key.map((column) => `stored.${column.name} = ${fromList(column)}`).join(' AND ');
  const selected = columns.map((column) => `stored.${column.name}`).join(', ');
  return `SELECT ${selected} FROM ${unnested(key)} JOIN ${name} AS stored ON ${isSame}`;
}

function unnested(columns: readonly Column[]): string {
  const given = columns.map(({ type }, index) => `$${index + 1}::${TYPES[type]}[]`);
  return `unnest(${given.join(', ')}) AS given (${names(columns)})`;
}

function fromList({ name, type }: Column): string {
  return decoded({ name: `given.${name}`, type });
}

/** Bytes come as hexadecimal digits. */
function decoded({ name, type }: Column): string {
  return type === 'BLOB' ? `decode(${name}, 'hex')` : name;
}

function names(columns: readonly Column[]): string {
  return columns.map(({ name }) => name).join(', ');
}

/** A list for each column. */
function lists(columns: readonly Column[], rows: readonly Row[]): Value[] {
  return columns.map(({ name }) => rows.map((row) => encoded(row[name] ?? null)));
}

function keyLists(table: Table, changes: readonly { key: string }[]): Value[] {
  const keys = changes.map(({ key }) => JSON.parse(key) as (string | number)[]);
  return table.key.map((_, index) => keys.map((key) => key[index] ?? null));
}

function encoded(value: Row[string]): string | number | null {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

function* inParts<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let from = 0; from < items.length; from += MOST_ROWS)
    yield items.slice(from, from + MOST_ROWS);
}
