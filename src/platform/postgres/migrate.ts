import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseUnusable } from '../database_issue.ts';
import { type Connection, execute } from './statements.ts';

const MIGRATIONS = join(import.meta.dir, '..', '..', '..', 'migrations', 'postgres');

/** Names the lock of those that migrate. */
const LOCK = 'xgpt migrations';

/** Where a database is, without its password. */
export function placeOf(address: string): string {
  const { hostname, port, pathname } = new URL(address);
  return `${decodeURIComponent(pathname.slice(1))} on ${hostname}:${port || 5432}`;
}

/** The number of the newest migration that this program knows. */
export function newestMigration(): number {
  return filesIn(MIGRATIONS).at(-1)?.number ?? 0;
}

function filesIn(folder: string): { number: number; file: string }[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  return files.sort().map((file) => ({ number: numberOf(file), file }));
}

/**
 * Applies what is missing of `folder`'s numbered files, each in a transaction of its own. Of several
 * processes that start together one does it, and the others wait.
 * @throws DatabaseUnusable when the database belongs to another program or a newer xgpt; DatabaseFailed.
 */
export async function migrate(
  connection: Connection,
  address: string,
  folder = MIGRATIONS,
): Promise<void> {
  const known = filesIn(folder);
  let isMore = true;
  while (isMore) {
    isMore = await inTransaction(connection, async () => {
      await execute(connection, 'SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))', [
        LOCK,
      ]);
      const newest = await newestApplied(connection, address);
      refuseNewer(newest, known.at(-1)?.number ?? 0, address);
      const [next, ...rest] = known.filter(({ number }) => number > newest.number);
      if (next) await apply(connection, folder, next);
      return rest.length > 0;
    });
  }
}

async function inTransaction(
  connection: Connection,
  run: () => Promise<boolean>,
): Promise<boolean> {
  // The lock of another process that migrates may be held for long.
  await execute(connection, 'BEGIN');
  try {
    await execute(connection, 'SET LOCAL lock_timeout = 0');
    const result = await run();
    await execute(connection, 'COMMIT');
    return result;
  } catch (error) {
    // A lost connection has rolled back by itself.
    await execute(connection, 'ROLLBACK').catch(() => {});
    throw error;
  }
}

interface Applied {
  number: number;
  name: string;
}

/** The newest migration; in an empty database, the table of migrations is made. */
async function newestApplied(connection: Connection, address: string): Promise<Applied> {
  const { rows: tables } = await execute<{ name: string }>(
    connection,
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()',
  );
  if (tables.length === 0) await createTable(connection);
  else if (!tables.some(({ name }) => name === 'xgpt_migrations')) {
    throw new DatabaseUnusable(
      `The database ${placeOf(address)} belongs to another program. Nothing in it was changed. Create a database of xgpt's own, and use its address.`,
    );
  }
  const { rows } = await execute<Applied>(
    connection,
    'SELECT number, name FROM xgpt_migrations ORDER BY number DESC LIMIT 1',
  );
  return rows[0] ?? { number: 0, name: 'none' };
}

async function createTable(connection: Connection): Promise<void> {
  await execute(
    connection,
    'CREATE TABLE xgpt_migrations (number integer PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)',
  );
}

function refuseNewer({ number, name }: Applied, known: number, address: string): void {
  if (number <= known) return;
  throw new DatabaseUnusable(
    `The database ${placeOf(address)} was written by a newer xgpt (it is at migration ${name}; this program knows up to ${known}). Update xgpt, or use another database.`,
  );
}

async function apply(
  connection: Connection,
  folder: string,
  { number, file }: { number: number; file: string },
): Promise<void> {
  // Several statements, which the client sends as one text when there are no values.
  await execute(connection, readFileSync(join(folder, file), 'utf8'));
  await execute(connection, 'INSERT INTO xgpt_migrations VALUES ($1, $2, $3)', [
    number,
    file.replace(/\.sql$/, ''),
    Date.now(),
  ]);
}

function numberOf(file: string): number {
  return Number.parseInt(file, 10);
}
