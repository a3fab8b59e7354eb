import { SQL } from 'bun';
import { execute, type Value } from '../../../src/platform/postgres/statements.ts';
import { SERVER_VARIABLE, startPostgres } from './server.ts';
import { addressOf, type Contents, prepareTemplates, runOn, TEMPLATES } from './templates.ts';

/** A server for tests, as its superuser: that of the whole run, or one of this process. */
export const SERVER = process.env[SERVER_VARIABLE] ?? (await startServer());

/** For a file of tests that is run alone. @returns its address */
async function startServer(): Promise<string> {
  const { address } = await startPostgres();
  await prepareTemplates(address);
  return address;
}

/** SQLSTATE */
const DUPLICATE_DATABASE = '42P04';

/** A database that one test uses at a time. */
export class LentDatabase {
  readonly name: string;
  readonly address: string;
  /** Whether it has become unlike its template. */
  isAltered = false;
  #ready: Promise<unknown>;
  /** The test's own connection. */
  readonly #sql: SQL;

  constructor(
    readonly contents: Contents,
    number: number,
  ) {
    this.name = `${TEMPLATES[contents]}_${process.pid}_${number}`;
    this.address = addressOf(this.name, SERVER);
    this.#sql = new SQL({ url: this.address, max: 1 });
    this.#ready = this.#make();
    // It is told to whoever waits for it.
    this.#ready.catch(() => {});
  }

  /** A process that runs several files of tests forgets what it has made, and finds it again. */
  async #make(): Promise<void> {
    const template = TEMPLATES[this.contents];
    try {
      await runOn(SERVER, `CREATE DATABASE ${this.name} TEMPLATE ${template} STRATEGY FILE_COPY`);
    } catch (error) {
      if ((error as { errno?: string }).errno !== DUPLICATE_DATABASE) throw error;
      await this.#empty();
    }
  }

  #empty(): Promise<unknown> {
    return this.#sql.unsafe('SELECT empty_all_tables()');
  }

  whenReady(): Promise<unknown> {
    return this.#ready;
  }

  async run<Row>(sql: string, values: readonly Value[]): Promise<Row[]> {
    await this.#ready;
    return (await execute<Row>(this.#sql, sql, values)).rows;
  }

  /** Makes it ready for the next test, in the background; all other connections to it have been closed. */
  clean(): void {
    this.#ready = this.#ready.then(() => this.#empty());
    this.#ready.catch(() => {});
  }

  async drop(): Promise<void> {
    await this.#ready.catch(() => {});
    await this.#sql.close();
    await runOn(SERVER, `DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
  }
}

const free: LentDatabase[] = [];
const lent = new Set<LentDatabase>();
let made = 0;

export function lend(contents: Contents): LentDatabase {
  const at = free.findIndex((one) => one.contents === contents);
  const database =
    (at < 0 ? undefined : free.splice(at, 1)[0]) ?? new LentDatabase(contents, made++);
  lent.add(database);
  return database;
}

/** Takes all of them back, after a test that has closed its connections. */
export async function takeBack(): Promise<void> {
  for (const database of lent) {
    if (database.isAltered) await database.drop();
    else {
      database.clean();
      free.push(database);
    }
  }
  lent.clear();
}

/** The address of an empty database, without tables, which is left to the end of the server. */
export async function createDatabase(): Promise<string> {
  const name = `xgpt_${Bun.randomUUIDv7().replaceAll('-', '')}`;
  await runOn(SERVER, `CREATE DATABASE ${name}`);
  return addressOf(name, SERVER);
}
