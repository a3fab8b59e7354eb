import type { ReservedSQL } from 'bun';
import type { Postgres } from './client.ts';
import { isConnectionLost } from './issues.ts';
import { execute, statementsOn, type Transaction } from './statements.ts';

/** How long one transaction takes in writes, in ms: other processes wait for its locks. */
const MAX_TRANSACTION_MS = 20;

/** How often, and how long apart in ms, a lost commit is looked for. */
const COMMIT_CHECKS = { count: 20, pauseMs: 100 };

const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE';

/** In the order of the names, so that no two transactions wait for each other. */
const LOCK = `
  SELECT pg_advisory_xact_lock(hashtextextended(name, 0))::text AS locked, pg_current_xact_id()::text AS xid
  FROM unnest($1::text[]) AS names (name)`;

const XID = 'SELECT pg_current_xact_id()::text AS xid';

/** Called at each step of every transaction. */
export interface TransactionListener {
  /** The transaction begins. */
  begun(): void;
  /** All writes have run. What this writes is committed with them. */
  committing(tx: Transaction): Promise<void>;
  committed(): void;
  /** The transaction was undone. */
  rolledBack(): void;
}

export interface TransactionPart {
  run: (tx: Transaction) => Promise<unknown>;
  /** Names that are locked for all processes, before the first statement of the transaction. */
  locks: readonly string[];
}

export interface Success {
  /** Of the parts that were run, in their order. */
  values: unknown[];
  /** How long it took to get the locks, in ms. */
  waitedMs: number;
}

export interface Failure {
  error: unknown;
  /** How many parts were run; of those that may have caused the error together, how many there are. */
  done: number;
  /** `write`: the next part failed. `unknown`: the connection was lost, and it may be committed. */
  at: 'connecting' | 'locking' | 'write' | 'commit' | 'unknown';
}

interface Surroundings {
  listeners: readonly TransactionListener[];
  elapsed(): number;
  /** Nobody waits for the transaction any more: it is not committed. */
  isForgotten(): boolean;
}

/** Runs parts in one transaction, in their order, until its time is used up. */
export async function runTransaction(
  postgres: Postgres,
  parts: readonly TransactionPart[],
  surroundings: Surroundings,
): Promise<Success | Failure> {
  let connection: ReservedSQL;
  try {
    connection = await postgres.writable();
  } catch (error) {
    return { error, done: 0, at: 'connecting' };
  }
  try {
    return await new BatchTransaction(postgres, connection, surroundings).run(parts);
  } finally {
    // Bun closes a connection whose transaction is still open.
    connection.release();
  }
}

class BatchTransaction {
  readonly #values: unknown[] = [];
  #xid = '';
  #waitedMs = 0;
  #at: Failure['at'] = 'write';

  constructor(
    private readonly postgres: Postgres,
    private readonly connection: ReservedSQL,
    private readonly surroundings: Surroundings,
  ) {}

  async run(parts: readonly TransactionPart[]): Promise<Success | Failure> {
    const { listeners } = this.surroundings;
    let begun: Promise<void> | undefined;
    try {
      for (const listener of listeners) listener.begun();
      begun = this.#begin(parts);
      begun.catch(() => {});
      const transaction = statementsOn(this.connection);
      // The first statement does not wait for the answers to those before it.
      await this.#runParts(transaction, parts);
      await begun;
      this.#at = 'commit';
      await Promise.all(listeners.map((listener) => listener.committing(transaction)));
      this.#refuseIfForgotten();
      await this.#commit();
      return { values: this.#values, waitedMs: this.#waitedMs };
    } catch (error) {
      for (const listener of listeners) listener.rolledBack();
      // A lost connection has rolled back by itself.
      await execute(this.connection, 'ROLLBACK').catch(() => {});
      const failure = { error, done: this.#values.length, at: this.#at };
      const lockFailed = (cause: unknown): Failure => ({
        error: cause,
        done: parts.length,
        at: 'locking',
      });
      return begun ? begun.then(() => failure, lockFailed) : failure;
    }
  }

  /** Sends its statements at once: none waits for the answer to the one before. */
  async #begin(parts: readonly TransactionPart[]): Promise<void> {
    const { connection } = this;
    const locks = [...new Set(parts.flatMap((part) => part.locks))].sort();
    const startedAt = performance.now();
    const [, { rows }] = await Promise.all([
      execute(connection, BEGIN),
      locks.length > 0
        ? execute<{ xid: string }>(connection, LOCK, [locks])
        : execute<{ xid: string }>(connection, XID),
    ]);
    this.#xid = rows[0]?.xid ?? '';
    if (locks.length > 0) this.#waitedMs = performance.now() - startedAt;
  }

  async #runParts(transaction: Transaction, parts: readonly TransactionPart[]): Promise<void> {
    const { elapsed } = this.surroundings;
    const end = elapsed() + MAX_TRANSACTION_MS;
    for (const { run } of parts) {
      this.#values.push(await run(transaction));
      this.#refuseIfForgotten();
      if (elapsed() > end) return;
    }
  }

  #refuseIfForgotten(): void {
    if (this.surroundings.isForgotten()) throw new Error('The transaction was forgotten.');
  }

  async #commit(): Promise<void> {
    try {
      const { command } = await execute(this.connection, 'COMMIT');
      // The server ends a transaction so in which a statement has failed.
      if (command === 'ROLLBACK') throw new Error('A statement failed, and its error was ignored.');
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      this.#at = 'unknown';
      const status = await this.#status();
      if (status === 'committed') return;
      if (status === 'aborted') this.#at = 'commit';
      throw error;
    }
  }

  /**
   * What has become of the transaction whose answer was lost.
   * @throws DatabaseFailed when that cannot be found out.
   */
  async #status(): Promise<string | null> {
    for (let checks = 1; ; checks++) {
      const row = await this.postgres.get<{ status: string | null }>(
        'SELECT pg_xact_status($1::xid8) AS status',
        [this.#xid],
      );
      const status = row?.status ?? null;
      if (status !== 'in progress' || checks === COMMIT_CHECKS.count) return status;
      await Bun.sleep(COMMIT_CHECKS.pauseMs);
    }
  }
}
