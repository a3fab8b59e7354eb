import { afterEach, expect, test } from 'bun:test';
import type { ReservedSQL } from 'bun';
import type { Tracker } from '../../../../src/jobs/index.ts';
import { Postgres } from '../../../../src/platform/postgres/client.ts';
import type { Query, Value } from '../../../../src/platform/postgres/statements.ts';
import { errand, gate } from '../../../support/jobs.ts';
import { runOn } from '../../../support/postgres/templates.ts';
import { afterTest, closeAll, connect, migratedDatabase, trackerOn } from './setup.ts';

afterEach(closeAll);

const ENDED_JOBS = 100_000;

/** More rows of `jobs` than this no statement touches: what has not ended is far less. */
const MAX_ROWS = 500;

type Statement = readonly [sql: string, values: readonly Value[]];

/** Keeps all statements about jobs. */
class RecordingPostgres extends Postgres {
  readonly statements = new Map<string, Statement>();

  override all<Row>(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    this.#keep(sql, values);
    return super.all<Row>(sql, values);
  }

  override snapshot<Result>(read: (query: Query) => Promise<Result>): Promise<Result> {
    return super.snapshot((query) => {
      const all: Query['all'] = (sql, values = []) => {
        this.#keep(sql, values);
        return query.all(sql, values);
      };
      return read({ all, get: async (sql, values) => (await all(sql, values))[0] as never });
    });
  }

  override async writable(): Promise<ReservedSQL> {
    const connection = await super.writable();
    return new Proxy(connection, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name !== 'unsafe') return value.bind(target);
        return (sql: string, values: Value[] = []) => {
          this.#keep(sql, values);
          return target.unsafe(sql, values);
        };
      },
    });
  }

  #keep(sql: string, values: readonly Value[]): void {
    if (/\bjobs\b/.test(sql) && !this.statements.has(sql)) this.statements.set(sql, [sql, values]);
  }
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Plan[];
}

/** What a plan reads of the table of jobs: by what, and how many rows. */
function readsOf(plan: Plan): { by: string; rows: number }[] {
  const removed =
    (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  const rows = (plan['Actual Rows'] + removed) * plan['Actual Loops'];
  const by = `${plan['Node Type']} ${plan['Index Name'] ?? ''}`;
  const isOfJobs = plan['Relation Name'] === 'jobs' && /Scan/.test(plan['Node Type']);
  return [...(isOfJobs ? [{ by, rows }] : []), ...(plan.Plans ?? []).flatMap(readsOf)];
}

async function explain(postgres: Postgres, [sql, values]: Statement): Promise<Plan> {
  const connection = await postgres.writable();
  try {
    await connection.unsafe('BEGIN');
    const text = `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`;
    const [row] = await connection.unsafe(text, [...values] as unknown[]);
    return row['QUERY PLAN'][0].Plan as Plan;
  } finally {
    await connection.unsafe('ROLLBACK');
    connection.release();
  }
}

/** Jobs of two types wait, run and end; all that pages and streams show of that is read. */
async function work(tracker: Tracker): Promise<void> {
  const place = await tracker.events.start();
  for (let index = 0; index < 20; index++)
    await tracker.enqueue('errand', { name: `${index}` }, { delayMs: index % 2 ? 60_000 : 0 });
  const [first, second] = tracker.getActiveJobs();
  if (!first || !second) throw new Error('Nothing is active.');
  await tracker.cancelJob(second.id);
  await tracker.moveToFront(tracker.getActiveJobs().at(-1)?.id ?? '');
  await tracker.reader.getCurrentJobs(new Date(0), 100);
  await tracker.reader.readActiveJobs();
  await tracker.reader.readRunningJobs();
  await tracker.reader.countActive();
  await tracker.reader.ownersOfRunning();
  await tracker.reader.detailsOf(first.id);
  await tracker.reader.readJob(first.id);
  await tracker.reader.listJobs({ limit: 10 });
  await tracker.reader.listJobs({ limit: 10, status: 'queued' });
  await tracker.queues();
  await tracker.events.after(place, 100);
}

test('every statement on the way of a job reads live jobs by their indexes, however many have ended', async () => {
  const address = await migratedDatabase();
  await runOn(address, FILL);
  const recording = new RecordingPostgres(address);
  afterTest(() => recording.close());
  const done = gate();
  const definition = errand(
    async (_, job) => {
      await job.updateProgress(1, 2, 'Working');
      await job.commit({}, { checkpoint: 1 });
      await done.promise;
    },
    { concurrency: 2 },
  );
  const limits = { perType: 1_000, perClient: 1_000 };
  const tracker = trackerOn(recording, { definitions: [definition], maxWaiting: limits });
  await tracker.start();
  // A start reads the newest jobs, and deletes old ones.
  recording.statements.clear();
  await work(tracker);
  done.resolve();
  await tracker.stop(1_000);

  const plain = connect(address);
  const found: string[] = [];
  for (const statement of recording.statements.values()) {
    for (const { by, rows } of readsOf(await explain(plain, statement)))
      if (by.startsWith('Seq Scan') || rows > MAX_ROWS)
        found.push(`${by}: ${rows} rows in ${statement[0]}`);
  }
  expect(found).toEqual([]);
  expect(recording.statements.size).toBeGreaterThan(20);
});

const FILL = `
  INSERT INTO jobs (id, type, status, metadata, attempt, created_at, started_at, updated_at, completed_at)
  SELECT 'errand-' || n, CASE n % 2 WHEN 0 THEN 'errand' ELSE 'scrape' END,
         CASE n % 10 WHEN 0 THEN 'cancelled' ELSE 'completed' END, '{"name":"it"}', 1, n, n, n, n
  FROM generate_series(1, ${ENDED_JOBS}) AS numbers (n);
  ANALYZE jobs`;
