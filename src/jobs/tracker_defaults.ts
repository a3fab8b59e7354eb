import { Database } from 'bun:sqlite';
import { migrate, openDatabase } from '../platform/database.ts';
import type { Postgres } from '../platform/postgres/client.ts';
import { newOwner } from './engine/owner.ts';
import { PermanentError } from './errors.ts';
import type { SavedData } from './job.ts';
import type { OpenBackend } from './store/backend.ts';
import { createSqliteBackend } from './store/sqlite/backend.ts';

/** What jobs are kept in: an open database, the path of a file, or the address of a PostgreSQL database. */
export type JobDatabase = Database | Postgres | string;

const POSTGRES_ADDRESS = /^postgres(ql)?:\/\//;

/** The backend over the database; by default over one of SQLite in memory. */
export function backendOf(database: JobDatabase = ':memory:'): OpenBackend {
  if (database instanceof Database) {
    migrate(database);
    return overSqlite(database);
  }
  if (isPath(database)) return overSqlite(openDatabase(database));
  // Few programs need it.
  const { createPostgresBackend, postgresOf }: typeof import('./store/postgres/backend.ts') =
    require('./store/postgres/backend.ts');
  const postgres = postgresOf(database);
  return (deps) => createPostgresBackend(postgres, deps);
}

/**
 * The options with who this process is in leases on their database.
 * @throws TypeError when jobs of SQLite are to be handed out.
 */
export function withOwner<
  Options extends { database?: JobDatabase; owner?: string; queue?: string | undefined },
>(options: Options): Options {
  const { database = ':memory:', queue } = options;
  const isSqlite = database instanceof Database || isPath(database);
  if (isSqlite && queue !== undefined)
    throw new TypeError('`queue` is for jobs in PostgreSQL: give its address as `database`.');
  return { owner: newOwner(isSqlite ? 'one machine' : 'several'), ...options };
}

function isPath(database: JobDatabase): database is string {
  return typeof database === 'string' && !POSTGRES_ADDRESS.test(database);
}

function overSqlite(database: Database): OpenBackend {
  return (deps) => createSqliteBackend(database, deps);
}

/** Refuses what handlers commit. @throws PermanentError */
export function saveNothing(data: object): SavedData {
  const [name] = Object.keys(data);
  if (name === undefined) return {} as SavedData;
  throw new PermanentError(
    `This tracker cannot store ${name}. Create it with the option \`save\`.`,
  );
}
