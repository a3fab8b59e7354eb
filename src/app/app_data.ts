import type { Database } from 'bun:sqlite';
import { rmSync } from 'node:fs';
import { type Config, loadConfig } from '../platform/config.ts';
import { appDatabase, DatabaseUnusable } from '../platform/database.ts';
import { DatabaseLock } from '../platform/database_lock.ts';
import type { Postgres } from '../platform/postgres/client.ts';
import type { Replica } from '../platform/replica/replica.ts';
import { replicate } from '../platform/writer.ts';

/** What everything but jobs is kept in. */
export interface AppData {
  /** From which it is read: the database of the data folder, or a replica of it. */
  db: Database;
  /** Present when PostgreSQL keeps it; `postgres` is the database. */
  replica?: Replica;
  postgres?: Postgres;
}

let opened: Promise<AppData> | undefined;

/**
 * Opens the app's data, at the first call.
 * @throws DatabaseUnusable; DatabaseFailed when PostgreSQL cannot be used.
 */
export function appData({ databaseUrl }: Pick<Config, 'databaseUrl'>): Promise<AppData> {
  opened ??= databaseUrl === undefined ? Promise.resolve({ db: appDatabase() }) : open(databaseUrl);
  return opened;
}

async function open(databaseUrl: string): Promise<AppData> {
  const [{ appPostgres }, { Replica: Replicated }, { createDerived }] = await Promise.all([
    import('../platform/postgres/app.ts'),
    import('../platform/replica/replica.ts'),
    import('../library/derived.ts'),
  ]);
  const db = openReplica();
  const postgres = appPostgres(databaseUrl);
  const replica = new Replicated({ db, postgres, derived: createDerived(db) });
  replicate(db, replica);
  await replica.start();
  return { db, replica, postgres };
}

/** A replica that cannot be opened is made anew, unless another process has it open. */
function openReplica(): Database {
  try {
    return appDatabase();
  } catch (error) {
    const isRemoved = error instanceof DatabaseUnusable && removeReplica(loadConfig().databasePath);
    if (!isRemoved) throw error;
    return appDatabase();
  }
}

function removeReplica(path: string): boolean {
  const lock = new DatabaseLock(path);
  try {
    if (!lock.isAlone) return false;
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    return true;
  } finally {
    lock.release();
  }
}

/** Closes the app's databases, if they were opened. */
export async function closeAppData({ databaseUrl }: Pick<Config, 'databaseUrl'>): Promise<void> {
  if (databaseUrl === undefined) return appDatabase().close();
  const { db, replica } = (await opened?.catch(() => undefined)) ?? {};
  opened = undefined;
  await replica?.stop();
  await (await import('../platform/postgres/app.ts')).closeAppPostgres();
  db?.close();
}
