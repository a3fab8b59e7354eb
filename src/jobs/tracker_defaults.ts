import type { Database } from 'bun:sqlite';
import { migrate, openDatabase } from '../platform/database.ts';
import { PermanentError } from './errors.ts';
import type { SavedData } from './job.ts';
import type { OpenBackend } from './store/backend.ts';
import { createSqliteBackend } from './store/sqlite/backend.ts';

/** The backend over an open database, or over the file at a path. By default over one in memory. */
export function backendOf(database?: Database | string): OpenBackend {
  const db = databaseOf(database);
  return (deps) => createSqliteBackend(db, deps);
}

/** An open database with its tables. */
function databaseOf(database: Database | string = ':memory:'): Database {
  if (typeof database === 'string') return openDatabase(database);
  migrate(database);
  return database;
}

/** Refuses what handlers commit. @throws PermanentError */
export function saveNothing(data: object): SavedData {
  const [name] = Object.keys(data);
  if (name === undefined) return {} as SavedData;
  throw new PermanentError(
    `This tracker cannot store ${name}. Create it with the option \`save\`.`,
  );
}
