import type { Database } from 'bun:sqlite';

/**
 * The tables that PostgreSQL keeps and replicas copy, with their primary keys; those that others refer to come
 * first.
 */
const PRIMARY_KEYS = {
  posts: ['key'],
  profiles: ['key'],
  imports: ['id'],
  import_names: ['name'],
  post_versions: ['source', 'id'],
  post_origins: ['import_id', 'item_key'],
  profile_origins: ['import_id', 'item_key'],
  vectors: ['id'],
  meaningless_posts: ['post_key', 'model'],
  listing_marks: ['source', 'account', 'options'],
  saved_finds: ['id'],
  webhooks: ['id'],
  webhook_deliveries: ['id'],
  source_credentials: ['source'],
  source_sessions: ['source'],
  source_leases: ['source'],
  source_budgets: ['source'],
  source_tests: ['source'],
  rate_limits: ['name'],
  sessions: ['key'],
  idempotency_keys: ['key'],
} as const;

export type TableName = keyof typeof PRIMARY_KEYS;

/** In the order in which rows are inserted. */
export const TABLE_NAMES = Object.keys(PRIMARY_KEYS) as TableName[];

/** Those among them whose keys are never used again. */
export const SEQUENCES: readonly TableName[] = ['vectors', 'saved_finds'];

export interface Column {
  name: string;
  type: 'TEXT' | 'INTEGER' | 'BLOB';
}

/** A replicated table, as this xgpt knows it. */
export interface Table {
  name: TableName;
  columns: readonly Column[];
  /** The columns of its primary key. */
  key: readonly Column[];
  /** The columns of another key that tells its rows apart; empty without one. */
  unique: readonly Column[];
}

export type RowValue = string | number | null | Uint8Array;

/** A row by the names of its columns. */
export type Row = Record<string, RowValue>;

/** @param db with all migrations. */
export function tablesOf(db: Database): Map<TableName, Table> {
  return new Map(TABLE_NAMES.map((name) => [name, tableOf(db, name)]));
}

function tableOf(db: Database, name: TableName): Table {
  const columns = db
    .query<Column, [string]>('SELECT name, type FROM pragma_table_info(?) ORDER BY cid')
    .all(name);
  const key = PRIMARY_KEYS[name].flatMap(
    (part) => columns.find((column) => column.name === part) ?? [],
  );
  const names = uniqueColumns(db, name);
  const unique = names.flatMap((part) => columns.find((column) => column.name === part) ?? []);
  return { name, columns, key, unique };
}

function uniqueColumns(db: Database, table: TableName): string[] {
  return db
    .query<{ name: string }, [string]>(
      `SELECT columns.name FROM pragma_index_list(?) AS indexes, pragma_index_info(indexes.name) AS columns
       WHERE indexes.origin = 'u' ORDER BY columns.seqno`,
    )
    .all(table)
    .map(({ name }) => name);
}
