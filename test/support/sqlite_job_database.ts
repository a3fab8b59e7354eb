import type { Database, SQLQueryBindings } from 'bun:sqlite';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobData, SavedData } from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { writerOf } from '../../src/platform/writer.ts';
import type { Interleaving, JobDatabase, SharedJobDatabase, Value } from './job_database.ts';
import { HISTORY } from './job_history.ts';
import { NOTHING_SAVED } from './saved.ts';
import { pausing } from './scheduler.ts';

/** What a world has of its jobs. The number of the last change stays: the next one follows it. */
const CONTENTS = [
  'jobs',
  'history',
  'written',
  'progressed',
  'job_types',
  'job_changes WHERE seq < (SELECT MAX(seq) FROM job_changes)',
];

function emptying(connection: Database): () => void {
  const deletions = CONTENTS.map((content) => connection.query(`DELETE FROM ${content}`));
  return connection.transaction(() => {
    for (const deletion of deletions) deletion.run();
  });
}

/** A database in memory, or one connection of several to a file. */
export class SqliteJobDatabase implements JobDatabase {
  #transactions: number | undefined;
  #empty: (() => void) | undefined;

  constructor(readonly connection: Database) {}

  async all<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    return this.connection.query<Row, SQLQueryBindings[]>(sql).all(...values);
  }

  async get<Row>(sql: string, ...values: Value[]): Promise<Row | undefined> {
    return this.connection.query<Row, SQLQueryBindings[]>(sql).get(...values) ?? undefined;
  }

  async run(sql: string, ...values: Value[]): Promise<void> {
    this.connection.run(sql, values);
  }

  write(sql: string, ...values: Value[]): Promise<unknown> {
    return writerOf(this.connection).write(() => this.connection.run(sql, values));
  }

  save(data: JobData): SavedData {
    data.store?.((sql, ...values) => this.connection.run(sql, values));
    return NOTHING_SAVED;
  }

  again(): JobDatabase {
    return this;
  }

  forgetChanges(): Promise<void> {
    return this.run('DELETE FROM job_changes WHERE seq < (SELECT MAX(seq) FROM job_changes)');
  }

  async empty(): Promise<void> {
    this.#empty ??= emptying(this.connection);
    this.#empty();
  }

  async refuse(table: string, message: string): Promise<void> {
    this.connection.run(
      `CREATE TRIGGER refused_${table} BEFORE INSERT ON ${table}
       BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    );
  }

  async accept(table: string): Promise<void> {
    this.connection.run(`DROP TRIGGER refused_${table}`);
  }

  async setReadOnly(isReadOnly: boolean): Promise<void> {
    this.connection.run(`PRAGMA query_only = ${isReadOnly ? 'ON' : 'OFF'}`);
  }

  transactions(): number {
    if (this.#transactions === undefined) {
      this.#transactions = 0;
      writerOf(this.connection).join('counter of the test', {
        begun: () => void (this.#transactions as number)++,
        committing() {},
        committed() {},
        rolledBack() {},
      });
    }
    return this.#transactions;
  }

  interleave({ pause, committing }: Interleaving): void {
    pausing(this.connection, pause, committing);
  }

  async answers(): Promise<void> {}

  forget(): void {
    writerOf(this.connection).forget();
  }

  async close(): Promise<void> {
    this.connection.close();
  }
}

export const untilQuiet = (turns: () => Promise<void>): Promise<boolean> =>
  turns().then(() => true);

export function jobDatabase(): JobDatabase {
  return new SqliteJobDatabase(openDatabase(':memory:'));
}

export function sharedJobDatabase(contents: 'empty' | 'with history'): SharedJobDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-shared-'));
  const path = join(folder, 'xgpt.sqlite');
  if (contents === 'with history') copyFileSync(template(), path);
  return {
    connect() {
      const database = openDatabase(path);
      // The test does not wait for the disk.
      database.run('PRAGMA synchronous = OFF');
      return new SqliteJobDatabase(database);
    },
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

let made: string | undefined;

/** A file with every migration and the test's triggers; to make it for each run would cost 9 ms. */
function template(): string {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-template-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  made = join(folder, 'template.sqlite');
  const database = openDatabase(made);
  database.run(HISTORY);
  database.close();
  return made;
}
