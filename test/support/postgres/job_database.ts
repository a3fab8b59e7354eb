import type { ReservedSQL } from 'bun';
import type { JobData, SavedData } from '../../../src/jobs/index.ts';
import { Postgres } from '../../../src/platform/postgres/client.ts';
import type { Query, Transaction, Value } from '../../../src/platform/postgres/statements.ts';
import { writerOf } from '../../../src/platform/postgres/writer.ts';
import type {
  Interleaving,
  JobDatabase,
  Value as Plain,
  SharedJobDatabase,
} from '../job_database.ts';
import { NOTHING_SAVED } from '../saved.ts';
import { type LentDatabase, lend, takeBack } from './databases.ts';
import type { Contents } from './templates.ts';

/** What the test has begun on its databases, so that it can wait until nothing more happens. */
let begun = 0;
/** What of it the last wait has seen the end of. */
let seen = 0;
const underWay = new Set<Promise<unknown>>();
const open = new Set<TestPostgres>();

function counted<Result>(promise: Promise<Result>): Promise<Result> {
  begun++;
  const settled = promise.then(
    () => {},
    () => {},
  );
  underWay.add(settled);
  void settled.then(() => underWay.delete(settled));
  return promise;
}

/** How long `answers` waits at most, in ms. */
const ANSWER_MS = 5;

/** Connects once the database is there, and lets a race decide when its statements are sent. */
class TestPostgres extends Postgres {
  transactions = 0;
  /** Statements that were sent in a race and have no answer yet. */
  unanswered = 0;
  race: Interleaving | undefined;

  constructor(private readonly database: LentDatabase) {
    super(database.address);
    open.add(this);
  }

  override async whenReady(): Promise<void> {
    await this.database.whenReady();
    await super.whenReady();
  }

  override all<Row>(sql: string, values?: readonly Value[]): Promise<Row[]> {
    return counted(this.#inTurn(() => super.all<Row>(sql, values)));
  }

  override snapshot<Result>(read: (query: Query) => Promise<Result>): Promise<Result> {
    return counted(
      super.snapshot((query) => {
        const all = <Row>(sql: string, values?: readonly Value[]) =>
          this.#inTurn(() => query.all<Row>(sql, values));
        return read({
          all,
          get: async <Row>(sql: string, values?: readonly Value[]) =>
            (await all<Row>(sql, values))[0],
        });
      }),
    );
  }

  override async writable(): Promise<ReservedSQL> {
    this.transactions++;
    const connection = await super.writable();
    return this.race ? this.#interleaved(connection) : connection;
  }

  override track<Result>(run: () => Promise<Result>): Promise<Result> {
    return counted(super.track(run));
  }

  override async close(): Promise<void> {
    if (open.delete(this)) await super.close();
  }

  /** Runs it when the race comes to it. */
  async #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const { race } = this;
    if (!race) return run();
    await new Promise<void>((resolve) => race.soon(resolve));
    this.unanswered++;
    try {
      return await run();
    } finally {
      this.unanswered--;
    }
  }

  /** Its statements are sent one by one, in the order of the calls. */
  #interleaved(connection: ReservedSQL): ReservedSQL {
    let before: Promise<unknown> = Promise.resolve();
    const unsafe = (sql: string, values?: unknown[]) => {
      const sent = before.then(() =>
        this.#inTurn(async () => {
          if (sql === 'COMMIT') this.race?.committing();
          return await connection.unsafe(sql, values);
        }),
      );
      before = sent.catch(() => {});
      return sent;
    };
    return { unsafe, release: () => connection.release() } as unknown as ReservedSQL;
  }
}

class PostgresJobDatabase implements JobDatabase {
  #postgres: TestPostgres | undefined;

  constructor(private readonly database: LentDatabase) {}

  get connection(): TestPostgres {
    this.#postgres ??= new TestPostgres(this.database);
    return this.#postgres;
  }

  all<Row>(sql: string, ...values: Plain[]): Promise<Row[]> {
    return counted(this.database.run<Row>(numbered(sql), values));
  }

  async get<Row>(sql: string, ...values: Plain[]): Promise<Row | undefined> {
    return (await this.all<Row>(sql, ...values))[0];
  }

  async run(sql: string, ...values: Plain[]): Promise<void> {
    if (/\b(CREATE|DROP|ALTER)\b/.test(sql)) this.database.isAltered = true;
    await this.all(sql, ...values);
  }

  write(sql: string, ...values: Plain[]): Promise<unknown> {
    return writerOf(this.connection).write((tx) => tx.run(numbered(sql), values));
  }

  save = (async (data: JobData, tx: Transaction): Promise<SavedData> => {
    await data.store?.((sql, ...values) => tx.run(numbered(sql), values));
    return NOTHING_SAVED;
  }) as unknown as JobDatabase['save'];

  again(): JobDatabase {
    return new PostgresJobDatabase(this.database);
  }

  forgetChanges(): Promise<void> {
    return this.run(`
      WITH last AS (SELECT xid, seq FROM job_changes ORDER BY xid DESC, seq DESC LIMIT 1),
      gone AS (
        DELETE FROM job_changes USING last WHERE (job_changes.xid, job_changes.seq) < (last.xid, last.seq)
        RETURNING job_changes.xid, job_changes.seq)
      UPDATE job_feed SET (gone_xid, gone_seq) =
        (SELECT xid, seq FROM gone ORDER BY xid DESC, seq DESC LIMIT 1)`);
  }

  empty(): Promise<void> {
    return this.run('SELECT empty_all_tables()');
  }

  async refuse(table: string, message: string): Promise<void> {
    await this.#refuse(table, 'INSERT', `RAISE EXCEPTION '${message}'`);
  }

  async accept(table: string): Promise<void> {
    await this.run(`DROP TRIGGER refused ON ${table}; DROP FUNCTION refuse()`);
  }

  async setReadOnly(isReadOnly: boolean): Promise<void> {
    if (!isReadOnly) return this.accept('jobs');
    await this.#refuse(
      'jobs',
      'INSERT OR UPDATE OR DELETE',
      "RAISE EXCEPTION 'cannot execute it in a read-only transaction' USING ERRCODE = '25006'",
    );
  }

  transactions(): number {
    return this.connection.transactions;
  }

  interleave(race: Interleaving): void {
    this.connection.race = race;
  }

  async answers(): Promise<void> {
    const end = performance.now() + ANSWER_MS;
    while (this.connection.unanswered > 0 && performance.now() < end)
      await new Promise((resolve) => setImmediate(resolve));
  }

  forget(): void {
    writerOf(this.connection).forget();
  }

  async close(): Promise<void> {
    await this.#postgres?.close();
  }

  async #refuse(table: string, what: string, raise: string): Promise<void> {
    await this.run(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${raise}; END $$;
      CREATE TRIGGER refused BEFORE ${what} ON ${table} EXECUTE FUNCTION refuse()`);
  }
}

/** `$1`, `$2` … in place of each `?`; no test has one in a text. */
function numbered(sql: string): string {
  let number = 0;
  return sql.replaceAll('?', () => `$${++number}`);
}

export function jobDatabase(): JobDatabase {
  return sharedJobDatabase('empty').connect();
}

export function sharedJobDatabase(contents: Contents): SharedJobDatabase {
  const database = lend(contents);
  return {
    connect: () => new PostgresJobDatabase(database),
    // After the test.
    remove: async () => {},
  };
}

/**
 * Waits until nothing is under way on any database, and `turns` of the event loop begin nothing more.
 * @returns whether nothing has begun since the last call.
 */
export async function untilQuiet(turns: () => Promise<void>): Promise<boolean> {
  const isQuiet = begun === seen && underWay.size === 0;
  for (let rounds = 0; ; rounds++) {
    const before = begun;
    await turns();
    await Promise.all(underWay);
    if (before !== begun || underWay.size > 0) continue;
    seen = begun;
    return isQuiet && rounds === 0;
  }
}

/** Ends what the test has left: nothing of it may reach the next test. */
export async function endTest(): Promise<void> {
  await Promise.all([...open].map((postgres) => postgres.close()));
  await takeBack();
}
