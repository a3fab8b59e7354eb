import type { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { openDatabase } from '../../src/platform/database.ts';
import { nextTurn } from '../suite/clock.ts';
import { type Handler, type Numbered, numbers, type Place, type System } from './system.ts';

interface Row {
  key: number;
  id: string;
  metadata: string;
}

/**
 * The least SQLite must do to keep what xgpt keeps: its tables and indexes, one transaction to
 * enqueue, one for the end of a job and the claim of the next, and nothing else. The difference to
 * one lean table is the price of these pages; the difference to xgpt is xgpt's own.
 */
export async function openBareTables(place: Place): Promise<System> {
  const tables = new BareTables(openDatabase(join(place.folder, 'tables.sqlite')));
  return {
    enqueue: (n) => tables.add({ n }),
    enqueueBulk: (from, count) => tables.addAll(numbers(from, count)),
    work(handle) {
      for (let count = 0; count < place.concurrency; count++) void tables.drain(handle);
    },
    unfinished: () => tables.unfinished(),
    close: () => tables.close(),
  };
}

const COUNTS = '[["bench",null,1,0,0]]';

class BareTables {
  readonly #db: Database;
  readonly #sql;

  constructor(db: Database) {
    this.#db = db;
    this.#sql = statements(db);
  }

  add(job: Numbered): void {
    const { begin, commit, note } = this.#sql;
    begin.run();
    const id = this.#insert(job);
    note.run(JSON.stringify([id]), null, COUNTS, null);
    commit.run();
  }

  addAll(jobs: Numbered[]): void {
    const addAll = this.#db.transaction(() => {
      for (const job of jobs) this.#insert(job);
    });
    addAll.immediate();
  }

  async drain(handle: Handler): Promise<void> {
    let row: Row | undefined;
    do {
      row = this.#next(row);
      if (row) await handle((JSON.parse(row.metadata) as Numbered).n);
      await nextTurn();
    } while (row);
  }

  unfinished(): number {
    return this.#sql.unfinished.get()?.count ?? 0;
  }

  close(): void {
    this.#db.close();
  }

  #insert(job: Numbered): string {
    const id = `bench-${Bun.randomUUIDv7()}`;
    this.#sql.insert.run(id, JSON.stringify(job), Date.now());
    return id;
  }

  #next(ended: Row | undefined): Row | undefined {
    const { begin, commit, end, claim, note } = this.#sql;
    begin.run();
    if (ended) end.run(Date.now(), ended.key);
    const row = claim.get(Date.now()) ?? undefined;
    const ids = JSON.stringify([ended?.id, row?.id]);
    note.run(ids, JSON.stringify([ended?.id]), COUNTS, '[[0,"bench","completed",0,1]]');
    commit.run();
    return row;
  }
}

function statements(db: Database) {
  return {
    begin: db.query('BEGIN IMMEDIATE'),
    commit: db.query('COMMIT'),
    insert: db.query(`
      INSERT INTO jobs (id, type, status, max_attempts, metadata, created_at, updated_at)
      VALUES (?1, 'bench', 'queued', 5, ?2, ?3, ?3)`),
    claim: db.query<Row, [number]>(`
      UPDATE jobs SET status = 'running', attempt = attempt + 1, owner = 'bench', lease_until = ?1,
                      started_at = ?1, updated_at = ?1
      WHERE key = (
        SELECT key FROM jobs
        WHERE completed_at IS NULL AND status = 'queued' AND type = 'bench' AND retry_at IS NULL
        ORDER BY key LIMIT 1)
      RETURNING key, id, metadata`),
    end: db.query(`
      UPDATE jobs SET status = 'completed', result = 'null', owner = NULL, lease_until = NULL,
                      updated_at = ?1, completed_at = ?1 WHERE key = ?2`),
    note: db.query('INSERT INTO job_changes (jobs, ended, counts, ends) VALUES (?, ?, ?, ?)'),
    unfinished: db.query<{ count: number }, []>(
      'SELECT COUNT(*) AS count FROM jobs WHERE completed_at IS NULL',
    ),
  };
}
