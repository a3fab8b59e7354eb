import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../platform/config.ts';
import { DatabaseUnusable } from '../platform/database_issue.ts';
import { DatabaseLock } from '../platform/database_lock.ts';
import {
  ASIDE,
  ASIDE_NOTE,
  finishSwitch,
  removeStaged,
  SwitchUnfinished,
  stagedName,
  switchDatabase,
  syncPath,
} from '../platform/database_switch.ts';
import { walStateOf } from '../platform/foreign_wal.ts';
import { asSentence } from '../text/sentence.ts';
import { type BackupCounts, BackupError, proveWhole, refuseOnPostgres } from './backup_contents.ts';
import { makeDataFolder } from './data_folder.ts';

/** How long a process that is just ending may keep the database, in ms. */
const WAIT_MS = 2_000;

/** How often it is looked whether it has, in ms. */
const POLL_MS = 50;

export interface Restored extends BackupCounts {
  /** The backup; absolute. */
  file: string;
  bytes: number;
  /** The folder with the former database; absent when there was none. */
  former?: string;
}

/**
 * Puts a backup in the place of the database, while no process uses it. The former database is kept in
 * a folder beside it. Whatever happens meanwhile, the next start finds the former database or the
 * backup's.
 * @throws BackupError, DataFolderUnusable; the database is unchanged then.
 */
export function restoreBackup(config: Config, file: string): Restored {
  refuseOnPostgres(config);
  const source = resolve(file);
  refuseSource(source);
  makeDataFolder(config);
  const lock = lockAlone(config);
  try {
    return replaceDatabase(config.databasePath, source);
  } catch (cause) {
    throw explained(cause, config);
  } finally {
    lock.release();
  }
}

function refuseSource(source: string): void {
  if (!existsSync(source)) throw new BackupError('not_found', `There is no file ${source}.`);
  if (!statSync(source).isFile()) {
    throw new BackupError('refused', `${source} is not a file. Name the file of a backup.`);
  }
}

function lockAlone({ dataDir, databasePath }: Config): DatabaseLock {
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const lock = new DatabaseLock(databasePath);
    if (lock.isAlone) return lock;
    lock.release();
    if (performance.now() > until) {
      throw new BackupError(
        'refused',
        `Another xgpt process uses the data folder ${dataDir}. Stop the server, all workers and all commands on it, then restore.`,
      );
    }
    Bun.sleepSync(POLL_MS);
  }
}

function replaceDatabase(path: string, source: string): Restored {
  finishEarlier(path);
  removeStaged(path);
  const folder = dirname(path);
  const time = new Date().toISOString().replace(/[:.]/g, '-');
  const [staged, aside] = [stagedName(path, time), ASIDE + time];
  const counts = stage(path, source, join(folder, staged));
  const hadFormer = ['', '-wal'].some((suffix) => existsSync(path + suffix));
  if (hadFormer) writeNote(join(folder, aside), basename(path), source);
  switchDatabase(path, { staged, aside });
  const former = hadFormer ? join(folder, aside) : undefined;
  return { file: source, bytes: statSync(path).size, ...counts, ...(former && { former }) };
}

/** What an interrupted restore has left. Where its files are gone, this one takes its place. */
function finishEarlier(path: string): void {
  try {
    finishSwitch(path);
  } catch (error) {
    if (!(error instanceof DatabaseUnusable)) throw error;
  }
}

/** Copies the backup beside the database and proves the copy whole; the backup is only read. */
function stage(path: string, source: string, staged: string): BackupCounts {
  try {
    copyFileSync(source, staged);
    chmodSync(staged, 0o600);
    if (logToCopy(path, source)) {
      copyFileSync(`${source}-wal`, `${staged}-wal`);
      chmodSync(`${staged}-wal`, 0o600);
    }
    const counts = proveWhole(staged, source);
    syncPath(staged);
    return counts;
  } catch (error) {
    removeStaged(path);
    throw error;
  }
}

/**
 * Whether the write-ahead log beside the backup is a part of it, as beside a database that was
 * replaced while its process was killed.
 */
function logToCopy(path: string, source: string): boolean {
  const isInPlace = existsSync(path) && realpathSync(path) === realpathSync(source);
  const state = walStateOf(source);
  if (isInPlace && state !== 'foreign') {
    throw new BackupError('refused', `${source} is in place already. Start xgpt to use it.`);
  }
  if (!isInPlace && state === 'foreign') {
    throw new BackupError(
      'refused',
      `${source}-wal does not belong to ${source}. Move it away if the backup is complete without it.`,
    );
  }
  return state === 'own';
}

function writeNote(aside: string, name: string, source: string): void {
  mkdirSync(aside, { recursive: true });
  const note = [
    `The database that xgpt restore replaced by ${source} at ${new Date().toISOString()}.`,
    '',
    `To go back to it, stop xgpt and run: xgpt restore ${join(aside, name)}`,
    'To free its space, when you no longer need it, delete this folder.',
    '',
  ];
  writeFileSync(join(aside, ASIDE_NOTE), note.join('\n'));
}

function explained(cause: unknown, { dataDir }: Config): unknown {
  const { code, message } = cause as { code?: unknown; message: string };
  if (cause instanceof SwitchUnfinished) return new BackupError('failed', message, { cause });
  if (typeof code !== 'string') return cause;
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') {
    return new BackupError(
      'failed',
      `The backup does not fit onto the disk of ${dataDir} beside the present database. Free some space. Nothing was changed.`,
      { cause },
    );
  }
  return new BackupError(
    'failed',
    `The backup could not be restored: ${asSentence(message)} Nothing was changed.`,
    { cause },
  );
}
