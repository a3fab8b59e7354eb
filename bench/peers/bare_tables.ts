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
 * The least that SQLite has to do to keep what xgpt keeps: its tables and indexes, one transaction
 * to enqueue, one for the end of a job and the claim of the next, and nothing around it. What it
 * does slower than one lean table is the price of these pages; what xgpt does slower is its own.
 */
export async function openBareTables(place: Place): Promise<System> {
  const db = openDatabase(join(place.folder, 'tables.sqlite'));
  const begin = db.query('BEGIN IMMEDIATE');
  const commit = db.query('COMMIT');
  const insert = db.query(`
    INSERT INTO jobs (id, type, status, max_attempts, metadata, created_at, updated_at)
    VALUES (?1, 'bench', 'queued', 5, ?2, ?3, ?3)`);
  const claim = db.query<Row, [number]>(`
    UPDATE jobs SET status = 'running', attempt = attempt + 1, owner = 'bench', lease_until = ?1,
                    started_at = ?1, updated_at = ?1
    WHERE key = (
      SELECT key FROM jobs
      WHERE completed_at IS NULL AND status = 'queued' AND type = 'bench' AND retry_at IS NULL
      ORDER BY key LIMIT 1)
    RETURNING key, id, metadata`);
  const end = db.query(`
    UPDATE jobs SET status = 'completed', result = 'null', owner = NULL, lease_until = NULL,
                    updated_at = ?1, completed_at = ?1 WHERE key = ?2`);
  const note = db.query('INSERT INTO job_changes (jobs, ended, counts, ends) VALUES (?, ?, ?, ?)');
  const counts = '[["bench",null,1,0,0]]';
  const unfinished = db.query<{ count: number }, []>(
    'SELECT COUNT(*) AS count FROM jobs WHERE completed_at IS NULL',
  );

  function add(job: Numbered): void {
    const id = `bench-${Bun.randomUUIDv7()}`;
    begin.run();
    insert.run(id, JSON.stringify(job), Date.now());
    note.run(JSON.stringify([id]), null, counts, null);
    commit.run();
  }

  const addAll = db.transaction((jobs: Numbered[]) => {
    for (const job of jobs)
      insert.run(`bench-${Bun.randomUUIDv7()}`, JSON.stringify(job), Date.now());
  });

  function next(ended: Row | undefined): Row | undefined {
    begin.run();
    if (ended) end.run(Date.now(), ended.key);
    const row = claim.get(Date.now()) ?? undefined;
    const ids = JSON.stringify([ended?.id, row?.id]);
    note.run(ids, JSON.stringify([ended?.id]), counts, '[[0,"bench","completed",0,1]]');
    commit.run();
    return row;
  }

  async function drain(handle: Handler): Promise<void> {
    let row: Row | undefined;
    do {
      row = next(row);
      if (row) await handle((JSON.parse(row.metadata) as Numbered).n);
      await nextTurn();
    } while (row);
  }

  return {
    enqueue: (n) => add({ n }),
    enqueueBulk: (from, count) => addAll.immediate(numbers(from, count)),
    work(handle) {
      for (let count = 0; count < place.concurrency; count++) void drain(handle);
    },
    unfinished: () => unfinished.get()?.count ?? 0,
    close: () => db.close(),
  };
}
