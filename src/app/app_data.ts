import type { Database } from 'bun:sqlite';
import { type Config, loadConfig } from '../platform/config.ts';
import { appDatabase, closeAppDatabase, DatabaseUnusable } from '../platform/database.ts';
import { databaseIssueOf, REPLICA_DAMAGED, setDamageOfSqlite } from '../platform/database_issue.ts';
import { DatabaseLock } from '../platform/database_lock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Postgres } from '../platform/postgres/client.ts';
import { isMarkedDamaged, markDamaged, removeReplica } from '../platform/replica/file.ts';
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

export interface AppDataOptions {
  /** Learns of a replica that is copied anew because it was damaged. Default: nobody does. */
  logger?: Pick<Logger, 'warn'>;
  /**
   * Called when PostgreSQL cannot be reached and the replica is opened as it was left. Default: then it is
   * not opened.
   */
  whenOutdated?: () => void;
}

let opened: Promise<AppData> | undefined;

/**
 * Opens the app's data, at the first call; the options of later calls mean nothing.
 * @throws DatabaseUnusable; DatabaseFailed when PostgreSQL cannot be used.
 */
export function appData(
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
  options: AppDataOptions = {},
): Promise<AppData> {
  opened ??=
    databaseUrl === undefined
      ? Promise.resolve({ db: appDatabase() })
      : openReplicated(databaseUrl, options);
  return opened;
}

async function openReplicated(databaseUrl: string, options: AppDataOptions): Promise<AppData> {
  setDamageOfSqlite(REPLICA_DAMAGED);
  const path = loadConfig().databasePath;
  if (isMarkedDamaged(path)) renew(path, options);
  const db = openReplica(path, options);
  try {
    return await follow(db, databaseUrl, options);
  } catch (error) {
    if (databaseIssueOf(error) !== REPLICA_DAMAGED) throw error;
    markDamaged(path);
    closeAppDatabase();
    if (!renew(path, options)) throw error;
    return follow(appDatabase(), databaseUrl, options);
  }
}

function openReplica(path: string, options: AppDataOptions): Database {
  try {
    return appDatabase();
  } catch (error) {
    if (!(error instanceof DatabaseUnusable) || !renew(path, options)) throw error;
    return appDatabase();
  }
}

/** Deletes a replica that cannot be used, unless another process has it open. @returns whether it did */
function renew(path: string, { logger }: AppDataOptions): boolean {
  const lock = new DatabaseLock(path);
  try {
    if (!lock.isAlone) return false;
    removeReplica(path);
    logger?.warn(
      'The copy of the data on this machine could not be used. It is copied anew from PostgreSQL.',
      { path },
    );
    return true;
  } finally {
    lock.release();
  }
}

async function follow(
  db: Database,
  databaseUrl: string,
  { whenOutdated }: AppDataOptions,
): Promise<AppData> {
  const [{ appPostgres }, { isConnectionLost }, { Replica: Replicated }, { createDerived }] =
    await Promise.all([
      import('../platform/postgres/app.ts'),
      import('../platform/postgres/issues.ts'),
      import('../platform/replica/replica.ts'),
      import('../library/derived.ts'),
    ]);
  const postgres = appPostgres(databaseUrl);
  const replica = new Replicated({ db, postgres, derived: createDerived(db) });
  replicate(db, replica);
  try {
    await replica.start();
  } catch (error) {
    if (!whenOutdated || !replica.isCopied || !isConnectionLost(error)) throw error;
    whenOutdated();
  }
  return { db, replica, postgres };
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
