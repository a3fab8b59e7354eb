import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { nextTurn } from '../suite/clock.ts';
import { type Handler, type Numbered, numbers, type Place, type System } from './system.ts';

interface Row {
  key: number;
  data: string;
}

/**
 * How many durable commits a drained job costs: `two` for its claim and its end, `one` for its end
 * together with the next claim, `grouped` for one commit that serves all jobs that run.
 */
export type Commits = 'two' | 'one' | 'grouped';

/** One lean table with `synchronous=FULL` and nothing around it: what SQLite itself can do. */
export async function openBareSqlite(place: Place, commits: Commits): Promise<System> {
  const db = new Database(join(place.folder, 'bare.sqlite'), { create: true, strict: true });
  db.run('PRAGMA journal_mode = WAL');
  db.run('PRAGMA synchronous = FULL');
  db.run(`CREATE TABLE jobs (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL,
    status INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL) STRICT`);
  db.run('CREATE INDEX jobs_waiting ON jobs (type, key) WHERE status = 0');
  const insert = db.query('INSERT INTO jobs (id, type, data, created_at) VALUES (?, ?, ?, ?)');
  const claim = db.query<Row, []>(`
    UPDATE jobs SET status = 1 WHERE key = (
      SELECT key FROM jobs WHERE status = 0 AND type = 'bench' ORDER BY key LIMIT 1)
    RETURNING key, data`);
  const end = db.query('UPDATE jobs SET status = 2 WHERE key = ?');
  const unfinished = db.query<{ count: number }, []>(
    'SELECT COUNT(*) AS count FROM jobs WHERE status < 2',
  );
  const add = (job: Numbered) =>
    insert.run(Bun.randomUUIDv7(), 'bench', JSON.stringify(job), Date.now());
  const addAll = db.transaction((jobs: Numbered[]) => {
    for (const job of jobs) add(job);
  });
  const endAndClaim = db.transaction((ended: Row[], count: number) => {
    for (const { key } of ended) end.run(key);
    return claimUpTo(count);
  });
  const addLater = grouped((jobs: Numbered[]) => addAll.immediate(jobs));

  function claimUpTo(count: number): Row[] {
    const rows: Row[] = [];
    while (rows.length < count) {
      const row = claim.get();
      if (!row) break;
      rows.push(row);
    }
    return rows;
  }

  /** `width` jobs at a time, ended together and followed by as many others. */
  async function drainTogether(width: number, handle: Handler): Promise<void> {
    let rows: Row[] = [];
    do {
      await Promise.all(rows.map(({ data }) => handle((JSON.parse(data) as Numbered).n)));
      rows = endAndClaim.immediate(rows, width) as Row[];
      await nextTurn();
    } while (rows.length > 0);
  }

  async function drainOneByOne(handle: Handler): Promise<void> {
    for (let row = claim.get(); row; row = claim.get()) {
      await handle((JSON.parse(row.data) as Numbered).n);
      end.run(row.key);
      await nextTurn();
    }
  }

  return {
    enqueue: (n) => (commits === 'grouped' ? addLater({ n }) : add({ n })),
    enqueueBulk: (from, count) => addAll.immediate(numbers(from, count)),
    work(handle) {
      if (commits === 'grouped') return void drainTogether(place.concurrency, handle);
      const drain = () => (commits === 'two' ? drainOneByOne(handle) : drainTogether(1, handle));
      for (let count = 0; count < place.concurrency; count++) void drain();
    },
    unfinished: () => unfinished.get()?.count ?? 0,
    close: () => db.close(),
  };
}

/** Collects what is asked for in one turn of the event loop and does it together. */
export function grouped<Item>(doAll: (items: Item[]) => void): (item: Item) => Promise<void> {
  let items: Item[] = [];
  let done: Promise<void> | undefined;
  return (item) => {
    items.push(item);
    done ??= nextTurn().then(() => {
      const all = items;
      items = [];
      done = undefined;
      doAll(all);
    });
    return done;
  };
}
