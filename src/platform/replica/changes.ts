import type { Query, Transaction } from '../postgres/statements.ts';
import type { RowChange } from './captured_rows.ts';
import type { Place } from './place.ts';
import { readRows } from './stored_rows.ts';
import { TABLE_NAMES, type Table, type TableName } from './tables.ts';

/** How many revisions a replica may be behind and still learn which rows changed. */
const MAX_KEPT = 10_000;

/** After this many revisions the oldest are deleted. */
const DELETE_EVERY = 256;

interface Lists {
  table_name: TableName;
  /** JSON. */
  keys: string;
  deleted: string;
}

/** The rows that have changed since a place, as they are now. */
export async function readChanges(
  query: Query,
  tables: ReadonlyMap<TableName, Table>,
  { revision }: Pick<Place, 'revision'>,
): Promise<RowChange[]> {
  const lists = await query.all<Lists>(
    'SELECT table_name, keys, deleted FROM replica_changes WHERE revision > $1::bigint',
    [revision],
  );
  const changes: RowChange[] = [];
  for (const name of TABLE_NAMES) {
    const ofTable = lists.filter((list) => list.table_name === name);
    const keys = new Set(ofTable.flatMap((list) => JSON.parse(list.keys) as string[]));
    const deleted = new Set(ofTable.flatMap((list) => JSON.parse(list.deleted) as string[]));
    const wanted = [...keys].map((key) => ({ key, wasDeleted: deleted.has(key) }));
    changes.push(...(await readRows(query, tables.get(name) as Table, wanted)));
  }
  return changes;
}

/** Writes down that these rows have changed. @param place the next one */
export async function storePlace(
  tx: Transaction,
  { revision, stamp, sequences }: Place,
  changes: readonly RowChange[],
): Promise<void> {
  const { changes: moved } = await tx.run(
    `UPDATE replica_state SET revision = $1::bigint, stamp = $2::text, sequences = $3::text
     WHERE revision = $1::bigint - 1`,
    [revision, stamp, JSON.stringify(sequences)],
  );
  if (moved !== 1) throw new Error('Another process has written without the lock.');
  const lists = [...Map.groupBy(changes, ({ table }) => table)];
  const listOf = (some: RowChange[]) => JSON.stringify(some.map(({ key }) => key));
  await tx.run(
    `INSERT INTO replica_changes (revision, table_name, keys, deleted, stamp)
     SELECT $1::bigint, name, keys, deleted, $2::text
     FROM unnest($3::text[], $4::text[], $5::text[]) AS lists (name, keys, deleted)`,
    [
      revision,
      stamp,
      lists.map(([name]) => name),
      lists.map(([, all]) => listOf(all)),
      lists.map(([, all]) => listOf(all.filter(({ wasDeleted }) => wasDeleted))),
    ],
  );
  if (revision % DELETE_EVERY === 0)
    await tx.run('DELETE FROM replica_changes WHERE revision < $1::bigint', [revision - MAX_KEPT]);
}
