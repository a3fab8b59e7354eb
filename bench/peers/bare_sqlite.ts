import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { nextTurn } from '../suite/clock.ts';
import { type Handler, type Numbered, numbers, type Place, type System } from './system.ts';

interface Row {
  key: number;
  data: string;
}

/**
 * The durable commits of a drained job: `two`, one for its claim and one for its end; `one` for its end
 * and the next claim together; `grouped`, one for all running jobs together.
 */
export type Commits = 'two' | 'one' | 'grouped';

/** One lean table with `synchronous=FULL` and nothing else: what SQLite itself can do. */
export async function openBareSqlite(place: Place, commits: Commits): Promise<System> {
  const table = new LeanTable(new Database(join(place.folder, 'bare.sqlite'), OPTIONS));
  const { add, addAll, addLater } = table;
  return {
    enqueue: (n) => (commits === 'grouped' ? addLater({ n }) : add({ n })),
    enqueueBulk: (from, count) => addAll(numbers(from, count)),
    work(handle) {
      if (commits === 'grouped') return void table.drainTogether(place.concurrency, handle);
      const drain = () =>
        commits === 'two' ? table.drainOneByOne(handle) : table.drainTogether(1, handle);
      for (let count = 0; count < place.concurrency; count++) void drain();
    },
    unfinished: () => table.unfinished(),
    close: () => table.close(),
  };
}

const OPTIONS = { create: true, strict: true };

const SCHEMA = [
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  `CREATE TABLE jobs (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL,
    status INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL) STRICT`,
  'CREATE INDEX jobs_waiting ON jobs (type, key) WHERE status = 0',
];

class LeanTable {
  readonly #db: Database;
  readonly #sql;
  readonly #endAndClaim;
  readonly addAll;
  readonly addLater;

  constructor(db: Database) {
    this.#db = db;
    for (const sql of SCHEMA) db.run(sql);
    this.#sql = statements(db);
    const addAll = db.transaction((jobs: Numbered[]) => {
      for (const job of jobs) this.add(job);
    });
    this.addAll = (jobs: Numbered[]) => addAll.immediate(jobs);
    this.addLater = grouped(this.addAll);
    this.#endAndClaim = db.transaction((ended: Row[], count: number) => {
      for (const { key } of ended) this.#sql.end.run(key);
      return this.#claim(count);
    });
  }

  readonly add = (job: Numbered) =>
    void this.#sql.insert.run(Bun.randomUUIDv7(), 'bench', JSON.stringify(job), Date.now());

  unfinished(): number {
    return this.#sql.unfinished.get()?.count ?? 0;
  }

  close(): void {
    this.#db.close();
  }

  /** Runs `width` jobs at a time, ends them together and claims as many others. */
  async drainTogether(width: number, handle: Handler): Promise<void> {
    let rows: Row[] = [];
    do {
      await Promise.all(rows.map(({ data }) => handle((JSON.parse(data) as Numbered).n)));
      rows = this.#endAndClaim.immediate(rows, width) as Row[];
      await nextTurn();
    } while (rows.length > 0);
  }

  async drainOneByOne(handle: Handler): Promise<void> {
    const { claim, end } = this.#sql;
    for (let row = claim.get(); row; row = claim.get()) {
      await handle((JSON.parse(row.data) as Numbered).n);
      end.run(row.key);
      await nextTurn();
    }
  }

  #claim(count: number): Row[] {
    const rows: Row[] = [];
    while (rows.length < count) {
      const row = this.#sql.claim.get();
      if (!row) break;
      rows.push(row);
    }
    return rows;
  }
}

function statements(db: Database) {
  return {
    insert: db.query('INSERT INTO jobs (id, type, data, created_at) VALUES (?, ?, ?, ?)'),
    claim: db.query<Row, []>(`
      UPDATE jobs SET status = 1 WHERE key = (
        SELECT key FROM jobs WHERE status = 0 AND type = 'bench' ORDER BY key LIMIT 1)
      RETURNING key, data`),
    end: db.query('UPDATE jobs SET status = 2 WHERE key = ?'),
    unfinished: db.query<{ count: number }, []>(
      'SELECT COUNT(*) AS count FROM jobs WHERE status < 2',
    ),
  };
}

/** Collects the items of one turn of the event loop and handles them together. */
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
