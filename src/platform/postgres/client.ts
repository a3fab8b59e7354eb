import { type ReservedSQL, SQL } from 'bun';
import { asSentence } from '../../text/sentence.ts';
import { postgresAddressProblem } from '../addresses.ts';
import { DatabaseFailed, DatabaseUnusable, databaseIssueOf } from '../database_issue.ts';
import { withoutStacks } from '../without_stacks.ts';
import { Idleness } from './idleness.ts';
import { isConnectionLost, postgresIssueOf } from './issues.ts';
import { migrate, placeOf } from './migrate.ts';
import { execute, type Query, statementsOn, type Value } from './statements.ts';

/** Connections that read; with the writer's and the listening one there are 12. */
const MAX_READERS = 10;

/** How long a connection may take, in seconds. */
const CONNECT_TIMEOUT_S = 10;

/**
 * How often a read is repeated whose connection was lost, and how long after, in ms: by then the other
 * connections that were ended with it, by a restart or a pooler, are known to be closed.
 */
const REPEATS = { count: 2, pauseMs: 100 };

/**
 * Settings of every connection. A process that was stopped, or whose network was cut, in the middle of a
 * transaction must not keep its locks.
 */
const SETTINGS = {
  application_name: 'xgpt',
  lock_timeout: '2500',
  idle_in_transaction_session_timeout: '10000',
};

/** A PostgreSQL database. It connects at the first statement, which migrates the database before. */
export class Postgres implements Query {
  readonly #readers: SQL;
  /** One connection, which all writes of the process share. */
  readonly #writers: SQL;
  readonly #idleness = new Idleness();
  #ready: Promise<void> | undefined;

  /**
   * @param address `postgres://user:password@host:port/database`.
   * @throws DatabaseUnusable when it is none; the message shows nothing of it.
   */
  constructor(readonly address: string) {
    const problem = postgresAddressProblem(address);
    if (problem) throw new DatabaseUnusable(`The address of the database ${problem}.`);
    const name = decodeURIComponent(new URL(address).pathname.slice(1));
    const options = {
      url: address,
      // Otherwise PGDATABASE, which is meant for other programs, takes the place of the name in the address.
      ...(name && { database: name }),
      connectionTimeout: CONNECT_TIMEOUT_S,
      connection: SETTINGS,
    };
    try {
      this.#readers = new SQL({ ...options, max: MAX_READERS });
      this.#writers = new SQL({ ...options, max: 1 });
    } catch (error) {
      throw refusedAddress(address, error);
    }
  }

  /**
   * Resolves once the database has all migrations. After an error, the next call tries again.
   * @throws DatabaseFailed; DatabaseUnusable when it belongs to another program or a newer xgpt.
   */
  whenReady(): Promise<void> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  /**
   * Runs a statement that only reads, or writes something that no other write depends on: it is a
   * transaction of its own, which no signal follows, and may run twice when the connection is lost.
   * @throws DatabaseFailed when something outside the program keeps it from being run.
   */
  async all<Row>(sql: string, values?: readonly Value[]): Promise<Row[]> {
    return this.#idleness.track(async () => {
      await this.whenReady();
      return (await repeated(() => execute<Row>(this.#readers, sql, values))).rows;
    });
  }

  /** The same, with the first row as its result. */
  async get<Row>(sql: string, values?: readonly Value[]): Promise<Row | undefined> {
    return (await this.all<Row>(sql, values))[0];
  }

  /**
   * Reads several things as they were at one moment.
   * @param read is called again when the connection is lost.
   * @throws what `read` threw; DatabaseFailed.
   */
  snapshot<Value>(read: (query: Query) => Promise<Value>): Promise<Value> {
    return this.#idleness.track(async () => {
      await this.whenReady();
      return repeated(() => this.#readAtOnce(read));
    });
  }

  /** The connection of the writer, to be released. Waits until the database is ready. */
  async writable(): Promise<ReservedSQL> {
    await this.whenReady();
    return reserve(this.#writers);
  }

  /**
   * Calls `onNotify` with each notification of the channel.
   * @param onListen is called when it begins to listen, and again after a lost connection.
   */
  async listen(
    channel: string,
    onNotify: (payload: string) => void,
    onListen?: () => void,
  ): Promise<{ unlisten(): Promise<void> }> {
    await this.whenReady();
    muteRetries();
    return this.#readers.listen(channel, onNotify, onListen);
  }

  /** Sends a notification; `payload` has at most 8,000 bytes. */
  async notify(channel: string, payload: string): Promise<void> {
    await this.all('SELECT pg_notify($1::text, $2::text)', [channel, payload]);
  }

  /** `idle` waits for what `run` does. */
  track<Result>(run: () => Promise<Result>): Promise<Result> {
    return this.#idleness.track(run);
  }

  /** Resolves when no statement is under way and no write waits. */
  idle(): Promise<void> {
    return this.#idleness.reached();
  }

  /** Ends all connections; statements that are under way fail. */
  async close(): Promise<void> {
    // Bun makes an error for each pool that is closed.
    const closing = withoutStacks(() => [
      this.#readers.close({ timeout: 0 }),
      this.#writers.close({ timeout: 0 }),
    ]);
    await Promise.all(closing);
  }

  async #readAtOnce<Value>(read: (query: Query) => Promise<Value>): Promise<Value> {
    const connection = await reserve(this.#readers);
    try {
      await execute(connection, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const value = await read(statementsOn(connection));
      await execute(connection, 'COMMIT');
      return value;
    } finally {
      // Bun closes a connection whose transaction is still open.
      connection.release();
    }
  }

  async #prepare(): Promise<void> {
    const connection = await reserve(this.#writers).catch((error: unknown) => {
      throw databaseIssueOf(error) ? error : refusedAddress(this.address, error);
    });
    try {
      await migrate(connection, this.address);
    } finally {
      connection.release();
    }
  }
}

/** What the address asks for cannot be had, as far as the first connection tells. */
function refusedAddress(address: string, cause: unknown): DatabaseUnusable {
  const reason = asSentence((cause as Error).message);
  return new DatabaseUnusable(
    `Cannot use the database ${placeOf(address)}. ${reason} Correct its address, or the settings of the server.`,
    { cause },
  );
}

async function repeated<Value>(read: () => Promise<Value>): Promise<Value> {
  for (let repeats = 0; ; repeats++) {
    try {
      return await read();
    } catch (error) {
      if (!isConnectionLost(error) || repeats === REPEATS.count) throw error;
      await Bun.sleep(REPEATS.pauseMs);
    }
  }
}

async function reserve(pool: SQL): Promise<ReservedSQL> {
  try {
    return await pool.reserve();
  } catch (error) {
    const issue = postgresIssueOf(error);
    throw issue ? new DatabaseFailed(issue, error) : error;
  }
}

let isMuted = false;

/**
 * Bun 1.4.4 prints a line for each failed attempt to listen again, every few seconds of an outage, for each
 * channel. The outage is reported once, by whoever needs the database. What others print is left as it is.
 */
function muteRetries(): void {
  if (isMuted) return;
  isMuted = true;
  const { warn } = console;
  console.warn = (...words) => {
    if (!String(words[0]).startsWith('bun:sql LISTEN ')) warn.apply(console, words);
  };
}
