import type { SQL } from 'bun';
import { DatabaseFailed } from '../database_issue.ts';
import { postgresIssueOf } from './issues.ts';
import { fromStoredText, toStoredText } from './stored_text.ts';

/** A value of a statement. Whole numbers are sent as integers; a list fits `= ANY($1::text[])`. */
export type Value = string | number | null | readonly (string | number | null)[];

/** Runs statements with the placeholders `$1`, `$2`, …; integers of all sizes are read as numbers. */
export interface Query {
  all<Row>(sql: string, values?: readonly Value[]): Promise<Row[]>;
  /** The first row. */
  get<Row>(sql: string, values?: readonly Value[]): Promise<Row | undefined>;
}

/** Statements of one transaction, which run in the order of the calls. After an error it takes no more. */
export interface Transaction extends Query {
  /** `changes`: how many rows were inserted, updated or deleted. */
  run(sql: string, values?: readonly Value[]): Promise<{ changes: number }>;
}

/** Types whose values arrive as text: int8 and numeric, by their numbers in `pg_type`. */
const NUMBERS_AS_TEXT = new Set([20, 1700]);

/** What can run a statement: a pool, or one of its connections. */
export type Connection = Pick<SQL, 'unsafe'>;

interface Executed<Row> {
  rows: Row[];
  changes: number;
  /** What the server has done, as it names it: `COMMIT`. */
  command: string | null;
}

/**
 * Runs a statement on a connection; several only without values.
 * @throws DatabaseFailed when something outside the program keeps it from being run.
 */
export async function execute<Row>(
  connection: Connection,
  sql: string,
  values: readonly Value[] = [],
): Promise<Executed<Row>> {
  try {
    const result = await connection.unsafe<Record<string, unknown>[]>(sql, values.map(toStored));
    const { command, affectedRows: changes } = result;
    const columns: SQL.ResultColumn[] = result.columns ?? [];
    const numbers = columns.filter(({ type }) => NUMBERS_AS_TEXT.has(type));
    const names = numbers.map(({ name }) => name);
    return { rows: Array.from(result, (row) => toRow<Row>(row, names)), changes, command };
  } catch (error) {
    const issue = postgresIssueOf(error);
    throw issue ? new DatabaseFailed(issue, error) : error;
  }
}

/** Statements that all run on this connection, in the order of the calls. */
export function statementsOn(connection: Connection): Transaction {
  const all = async <Row>(sql: string, values?: readonly Value[]) =>
    (await execute<Row>(connection, sql, values)).rows;
  return {
    all,
    get: async <Row>(sql: string, values?: readonly Value[]) => (await all<Row>(sql, values))[0],
    run: async (sql, values) => ({ changes: (await execute(connection, sql, values)).changes }),
  };
}

function toStored(value: Value): unknown {
  if (typeof value === 'string') return toStoredText(value);
  return Array.isArray(value) ? value.map(toStored) : value;
}

/** Changes the row in its place: it was made for this call. */
function toRow<Row>(row: Record<string, unknown>, numbers: readonly string[]): Row {
  for (const name of numbers) if (row[name] !== null) row[name] = Number(row[name]);
  for (const name in row) {
    const value = row[name];
    if (typeof value === 'string') row[name] = fromStoredText(value);
  }
  return row as Row;
}
