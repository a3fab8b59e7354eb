import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../platform/config.ts';
import { openDatabase } from '../platform/database.ts';
import { databaseIssueOf } from '../platform/database_issue.ts';
import { syncPath } from '../platform/database_switch.ts';
import { isAlive } from '../platform/process_ids.ts';
import { asSentence } from '../text/sentence.ts';
import { type BackupCounts, BackupError, proveWhole, refuseOnPostgres } from './backup_contents.ts';
import { requireDataFolder } from './data_folder.ts';

export interface Backup extends BackupCounts {
  /** Absolute. */
  file: string;
  bytes: number;
}

/**
 * Copies the database into `file` while other processes use it. The copy is one moment of it, is proven
 * whole, and appears under its name only when it is on the disk.
 *
 * `VACUUM INTO` reads within one transaction, which in WAL mode keeps nobody from writing, and never
 * starts over. The online backup of SQLite, which `bun:sqlite` does not offer, starts over whenever
 * another process commits.
 * @throws BackupError, DatabaseUnusable, DataFolderMissing
 */
export function backUp(config: Config, file: string, { force = false } = {}): Backup {
  refuseOnPostgres(config);
  requireDataFolder(config);
  if (!existsSync(config.databasePath)) {
    throw new BackupError('not_found', `There is nothing to back up in ${config.dataDir} yet.`);
  }
  const target = targetOf(resolve(file));
  refuseTarget(target, config.databasePath, force);
  removeAbandoned(target);
  const partial = partialOf(target);
  try {
    copyInto(config.databasePath, partial, target);
    const counts = proveWhole(partial, 'The copy');
    syncPath(partial);
    publish(partial, target, force);
    return { file: target, bytes: statSync(target).size, ...counts };
  } catch (cause) {
    throw explained(cause, target);
  } finally {
    removePartial(partial);
  }
}

/** What a link leads to is replaced, not the link. */
function targetOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function refuseTarget(target: string, database: string, force: boolean): void {
  const folder = dirname(target);
  if (!existsSync(folder)) {
    throw new BackupError('failed', `There is no folder ${folder}. Create it, or choose another.`);
  }
  if (existsSync(target) && statSync(target).isDirectory()) {
    throw new BackupError(
      'refused',
      `${target} is a folder. Name a file in it, such as ${join(target, 'xgpt-backup.sqlite')}.`,
    );
  }
  if (existsSync(target) && !statSync(target).isFile()) {
    throw new BackupError(
      'refused',
      `${target} is a device, a pipe or a socket. A backup is a file of its own: name another one.`,
    );
  }
  const place = join(realpathSync(folder), basename(target));
  if (place.startsWith(join(realpathSync(dirname(database)), basename(database)))) {
    throw new BackupError(
      'refused',
      `${target} belongs to the database itself. Name another file.`,
    );
  }
  if (existsSync(target) && !force) throw alreadyThere(target);
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new BackupError('failed', `The folder ${folder} cannot be written to. Choose another.`, {
      cause,
    });
  }
}

function alreadyThere(target: string): BackupError {
  return new BackupError(
    'refused',
    `${target} exists already. Name another file, or replace it with --force.`,
  );
}

function partialOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}.partial`);
}

/** Of backups that were killed. */
function removeAbandoned(target: string): void {
  const folder = dirname(target);
  for (const name of readdirSync(folder)) {
    const [prefix, suffix] = [`.${basename(target)}.`, '.partial'];
    if (!name.startsWith(prefix) || !name.endsWith(suffix)) continue;
    const pid = Number(name.slice(prefix.length, -suffix.length));
    if (Number.isInteger(pid) && !isAlive(pid)) removePartial(join(folder, name));
  }
}

function removePartial(partial: string): void {
  for (const suffix of ['', '-journal']) rmSync(partial + suffix, { force: true });
}

function copyInto(database: string, partial: string, target: string): void {
  const db = openDatabase(database);
  try {
    db.run('VACUUM INTO ?', [partial]);
  } catch (cause) {
    // These two may be about either file; all others are about the one that was read.
    const isFull = databaseIssueOf(cause)?.code === 'disk_full';
    if (!isFull) throw cause;
    throw new BackupError('failed', full(target), { cause });
  } finally {
    db.close();
  }
}

function full(target: string): string {
  return `The backup does not fit onto the disk of ${dirname(target)}. Free some space there, or choose another folder. No backup was made.`;
}

/** Without `force`, a file that appeared meanwhile is kept. */
function publish(partial: string, target: string, force: boolean): void {
  if (force) renameSync(partial, target);
  else linkOrRename(partial, target);
  syncPath(dirname(target));
}

function linkOrRename(partial: string, target: string): void {
  try {
    linkSync(partial, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(target);
    // Some file systems, such as those of most USB sticks, have no second names.
    renameSync(partial, target);
  }
}

function explained(cause: unknown, target: string): unknown {
  const { code } = cause as { code?: unknown };
  if (cause instanceof BackupError) return cause;
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') {
    return new BackupError('failed', full(target), { cause });
  }
  if (typeof code !== 'string' || code.startsWith('SQLITE_CORRUPT')) return cause;
  return new BackupError(
    'failed',
    `The backup ${target} could not be written: ${asSentence((cause as Error).message)} No backup was made.`,
    { cause },
  );
}
