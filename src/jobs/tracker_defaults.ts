import type { Database } from 'bun:sqlite';
import { migrate, openDatabase } from '../platform/database.ts';
import { PermanentError } from './errors.ts';
import type { SavedData } from './job.ts';

/** An open database with its tables; by default one in memory. */
export function databaseOf(database: Database | string = ':memory:'): Database {
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
