import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { asSentence } from '../text/sentence.ts';
import { DatabaseUnusable } from './database_issue.ts';
import { walStateOf } from './foreign_wal.ts';

const STAGED = '-staged-';

/** How the folders of former databases begin, and the note in each. */
export const ASIDE = 'replaced-';
export const ASIDE_NOTE = 'README.txt';

/** The next one that opens the database, or restores one, finishes it. */
export class SwitchUnfinished extends Error {
  override readonly name = 'SwitchUnfinished';
}

/** A database that takes the place of another. Both are names in the folder of the database. */
export interface DatabaseSwitch {
  /** The file of the new database, which is whole and has no write-ahead log. */
  staged: string;
  /** The folder that the former database is moved to. */
  aside: string;
}

/**
 * Puts the staged database in the place of the one at `path`. A process that ends in the midst, or a
 * power cut, leaves a note beside the database, by which the next one that opens it finishes this:
 * what is opened is the old database or the new one.
 */
export function switchDatabase(path: string, to: DatabaseSwitch): void {
  const note = noteOf(path);
  writeFileSync(`${note}.new`, JSON.stringify(to));
  syncPath(`${note}.new`);
  renameSync(`${note}.new`, note);
  syncPath(dirname(path));
  try {
    finishSwitch(path);
  } catch (cause) {
    throw new SwitchUnfinished(
      `The restore could not be finished: ${asSentence((cause as Error).message)} Remove the cause; the next start of xgpt then finishes it.`,
      { cause },
    );
  }
}

/**
 * Finishes a switch that was interrupted. Only for a database that no process has open.
 * @throws DatabaseUnusable when its files are gone.
 */
export function finishSwitch(path: string): void {
  const note = noteOf(path);
  if (!existsSync(note)) return;
  const { staged, aside }: DatabaseSwitch = JSON.parse(readFileSync(note, 'utf8'));
  const folder = dirname(path);
  if (existsSync(join(folder, staged))) {
    moveAside(path, join(folder, aside));
    renameSync(join(folder, staged), path);
    syncPath(folder);
  } else if (walStateOf(path) === 'foreign') {
    moveLogsAside(path, join(folder, aside));
  }
  if (!existsSync(path)) {
    throw new DatabaseUnusable(
      `The database ${path} is missing: a restore was interrupted, and the restored file ${staged} was then removed. Run xgpt restore again with the backup, or with the former database, ${join(folder, aside, basename(path))}.`,
    );
  }
  rmSync(note);
  syncPath(folder);
}

/** The name for a file that is to be staged beside the database. */
export function stagedName(path: string, id: string): string {
  return `${basename(path)}${STAGED}${id}`;
}

/**
 * Removes what was staged by processes that were killed before they noted it. Only for a database that
 * no process has open, and whose switch is finished.
 */
export function removeStaged(path: string): void {
  const folder = dirname(path);
  const prefix = stagedName(path, '');
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix)) rmSync(join(folder, name));
    if (name.startsWith(ASIDE)) removeWithoutDatabase(join(folder, name));
  }
}

/** A restore that was killed before it moved the database leaves a folder with a note alone. */
function removeWithoutDatabase(aside: string): void {
  if (readdirSync(aside).every((name) => name === ASIDE_NOTE)) rmSync(aside, { recursive: true });
}

function noteOf(path: string): string {
  return `${path}-restore`;
}

function moveAside(path: string, aside: string): void {
  if (!['', '-wal', '-shm'].some((suffix) => existsSync(path + suffix))) return;
  moveLogsAside(path, aside);
  const former = join(aside, basename(path));
  if (existsSync(path) && !existsSync(former)) linkOrMove(path, former);
  syncPath(aside);
  syncPath(dirname(path));
}

function moveLogsAside(path: string, aside: string): void {
  mkdirSync(aside, { recursive: true });
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, join(aside, basename(path) + suffix));
  }
}

/** With a second name, the first one is never missing. Some file systems have no second names. */
function linkOrMove(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    renameSync(from, to);
  }
}

/** After a power cut the file has its content, and the folder its entries. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
