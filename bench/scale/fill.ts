import { Database } from 'bun:sqlite';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE, openXgpt } from '../peers/xgpt.ts';
import { until } from '../suite/clock.ts';

/** A type of the server, so that the history belongs to a type it runs. */
export const TYPE = 'scrape';

const REAL_JOBS = 10;
const HOUR_MS = 3_600_000;

interface Column {
  name: string;
  type: string;
  /** Its position in the primary key; 0 when it is not part of it. */
  pk: number;
}

type Row = Record<string, string | number | null>;

/**
 * A data folder with `count` ended jobs, made at the first call. A few are real; the others are copies
 * of one of them, spread over the last hour, with all columns of the tables.
 */
export async function finishedJobs(shared: string, count: number): Promise<string> {
  const folder = join(shared, `finished-${count}`);
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  await runRealJobs(folder);
  const db = new Database(join(folder, DATABASE_FILE), { strict: true });
  db.run('PRAGMA synchronous = OFF');
  const triggers = dropTriggers(db);
  db.transaction(() => multiplyJobs(db, count - REAL_JOBS)).immediate();
  for (const sql of triggers) db.run(sql);
  db.run('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  // Pending writes would slow down the next measurement.
  Bun.spawnSync(['sync']);
  return folder;
}

async function runRealJobs(folder: string): Promise<void> {
  const system = await openXgpt({ folder, servers: {}, concurrency: 1 }, { type: TYPE });
  await system.enqueueBulk(0, REAL_JOBS);
  await system.work(() => {});
  await until(async () => (await system.unfinished()) === 0, 30_000);
  await system.close();
}

/** Drops the triggers, which would handle a million jobs one by one. @returns the SQL that restores them. */
function dropTriggers(db: Database): string[] {
  const triggers = db
    .query<{ name: string; sql: string }, []>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'jobs'",
    )
    .all();
  for (const { name } of triggers) db.run(`DROP TRIGGER ${name}`);
  return triggers.map(({ sql }) => sql);
}

/** Adds `count` copies of the first job, with what the tables of details have of it. */
export function multiplyJobs(db: Database, count: number): void {
  const columns = columnsOf(db, 'jobs');
  const real = db.query<Row, []>('SELECT * FROM jobs ORDER BY id').all();
  const template = real[0] as Row;
  const values = columns.map(({ name }) => valueOfCopy(name, real, count));
  db.run(`
    WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ${count})
    INSERT INTO jobs (${columns.map(({ name }) => name).join(', ')})
    SELECT ${values.join(', ')}
    FROM copies, (SELECT * FROM jobs WHERE id = ${literal(template.id)}) AS template`);
  for (const table of detailTables(db)) multiplyDetails(db, table, columns, template);
}

/** SQL for a column of the copy number `n`, 1 to `count`. */
function valueOfCopy(name: string, real: Row[], count: number): string {
  const values = real.map((row) => row[name]);
  const [first] = values;
  const isTime = name.endsWith('_at') && typeof first === 'number';
  if (name === 'id') return idOfCopy(count);
  if (isTime) return `template.${name} - ${HOUR_MS} + n * ${HOUR_MS} / ${count}`;
  if (isCounter(values)) return `${Math.max(...values)} + n`;
  return `template.${name}`;
}

/** A UUID of version 7; it sorts as the jobs do, to the millisecond. */
function idOfCopy(count: number): string {
  const ms = `(${Date.now() - HOUR_MS} + n * ${HOUR_MS} / ${count})`;
  const random = (bits: number) => `(random() & ${2 ** bits - 1})`;
  return `printf('${TYPE}-%08x-%04x-7%03x-%04x-%012x', ${ms} >> 16, ${ms} & 65535,
    n & 4095, 32768 | ${random(14)}, ${random(48)})`;
}

/** Integers that grow from job to job, such as keys. */
function isCounter(values: (Row[string] | undefined)[]): values is number[] {
  return values.every((value, index) => {
    const last = values[index - 1];
    return typeof value === 'number' && (index === 0 || Number(last) < value);
  });
}

/** Tables with rows for each job: its id is part of their key. */
function detailTables(db: Database): { name: string; owner: string }[] {
  const tables = db
    .query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all();
  return tables.flatMap(({ name }) => {
    const owner = columnsOf(db, name).find((each) => /^job_(id|key)$/.test(each.name) && each.pk);
    return owner ? [{ name, owner: owner.name }] : [];
  });
}

function multiplyDetails(
  db: Database,
  { name, owner }: { name: string; owner: string },
  jobColumns: Column[],
  template: Row,
): void {
  const key = jobColumns.find(({ pk, type }) => pk && type === 'INTEGER')?.name ?? 'id';
  for (const reference of new Set(['id', key])) {
    const others = columnsOf(db, name).filter((column) => column.name !== owner);
    const names = others.map((column) => column.name);
    db.run(`
      INSERT OR IGNORE INTO ${name} (${[owner, ...names].join(', ')})
      SELECT ${[`jobs.${reference}`, ...names.map((column) => `detail.${column}`)].join(', ')}
      FROM ${name} AS detail, jobs WHERE detail.${owner} = ${literal(template[reference])}`);
  }
}

function columnsOf(db: Database, table: string): Column[] {
  return db.query<Column, []>(`PRAGMA table_info(${table})`).all();
}

function literal(value: Row[string] | undefined): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return value === undefined ? 'NULL' : String(value).replace('null', 'NULL');
}
