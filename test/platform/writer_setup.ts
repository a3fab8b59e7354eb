import type { Database } from 'bun:sqlite';
import { afterEach, beforeEach } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/platform/database.ts';
import { type TransactionListener, Writer } from '../../src/platform/writer.ts';

export let folder: string;

export let path: string;

export let db: Database;

export let writer: Writer;

export let transactions: Recorder;

/** Records the steps of transactions in their order. */
export class Recorder implements TransactionListener {
  events: string[] = [];
  begun = () => this.#record('begun');
  committing = () => this.#record('committing');
  committed = () => this.#record('committed');
  rolledBack = () => this.#record('rolled back');

  get committedCount(): number {
    return this.events.filter((event) => event === 'committed').length;
  }

  #record(event: string): void {
    this.events.push(event);
  }
}

export const insert = (text: string) => () => {
  db.run('INSERT INTO notes VALUES (?)', [text]);
  return text;
};

export const notes = () => db.query('SELECT text FROM notes ORDER BY rowid').values().flat();

/** How often a timer of 5 ms fires until `done`. */
export async function ticksUntil(done: Promise<unknown>): Promise<number> {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await done.catch(() => {});
  clearInterval(timer);
  return ticks;
}

/** Every test file that imports from here calls it at its beginning. */
export function registerHooks(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xgpt-writer-'));
    path = join(folder, 'xgpt.sqlite');
    db = openDatabase(path);
    db.run('CREATE TABLE notes (text TEXT NOT NULL UNIQUE)');
    writer = new Writer(db);
    transactions = new Recorder();
    writer.join('recorder', transactions);
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
}
