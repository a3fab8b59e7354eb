import { describe, expect, test } from 'bun:test';
import { DatabaseFailed } from '../../src/platform/database_issue.ts';
import type { Query, Transaction } from '../../src/platform/postgres/statements.ts';
import { PostgresWriter } from '../../src/platform/postgres/writer.ts';
import { proxyTo } from '../support/postgres/proxy.ts';
import { until } from '../support/wait.ts';
import { asAdmin, open } from './postgres_setup.ts';
import {
  insert,
  notes,
  postgres,
  registerWriterHooks,
  timeless,
  writer,
} from './postgres_writer_setup.ts';

registerWriterHooks();

/** The server process of the writer's connection. */
async function pidOf(tx: Query): Promise<number> {
  return (await tx.get<{ pid: number }>('SELECT pg_backend_pid() AS pid'))?.pid ?? 0;
}

function kill(pid: number): Promise<unknown> {
  return asAdmin((sql) => sql.unsafe('SELECT pg_terminate_backend($1)', [pid]));
}

describe('a connection that is lost', () => {
  test('between two transactions: the next write succeeds', async () => {
    await kill(await writer.write(pidOf));
    expect(await writer.write(insert('later'))).toBe('later');
  });

  test('in the middle of a transaction: its writes are run again, and written once', async () => {
    let runs = 0;
    const write = async (tx: Transaction) => {
      await insert('again')(tx);
      if (runs++ === 0) await kill(await pidOf(tx));
      return 'done';
    };
    const answers = await Promise.all([writer.write(insert('before')), writer.write(write)]);
    expect(answers).toEqual(['before', 'done']);
    expect(await notes()).toEqual(['before', 'again']);
    expect(runs).toBe(2);
  });

  test('every time: the write is refused, and later ones are written', async () => {
    const write = async (tx: Transaction) => {
      await kill(await pidOf(tx));
      await tx.run('SELECT 1');
    };
    await expect(writer.write(write)).rejects.toThrow(DatabaseFailed);
    expect(await writer.write(insert('later'))).toBe('later');
    expect(await notes()).toEqual(['later']);
  });

  test('after the commit: its writes are answered, and not run again', async () => {
    using proxy = proxyTo(postgres.address);
    const remote = new PostgresWriter(open(proxy.address), timeless);
    await remote.write(insert('before'));
    let runs = 0;
    proxy.loseNextCommit();
    const answer = await remote.write(async (tx) => {
      runs++;
      return insert('once')(tx);
    });
    expect(answer).toBe('once');
    expect(runs).toBe(1);
    expect(await notes()).toEqual(['before', 'once']);
    expect(await remote.write(insert('later'))).toBe('later');
  });

  test('during the commit, which is undone: its writes are run again, and written once', async () => {
    // The commit waits in a trigger until the connection has been ended.
    await writer.write(async (tx) => {
      await tx.run(`CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END'`);
      await tx.run(`CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON notes
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit()`);
    });
    let runs = 0;
    const answer = writer.write(async (tx) => {
      const pid = await pidOf(tx);
      if (runs++ === 0) setTimeout(() => kill(pid), 100);
      return insert('once')(tx);
    });
    expect(await answer).toBe('once');
    expect(runs).toBe(2);
    expect(await notes()).toEqual(['once']);
  });
});

describe('connections that are all lost at once, as when the server restarts', () => {
  /** @returns how many statements were under way. */
  async function loseAll(): Promise<number> {
    const name = new URL(postgres.address).pathname.slice(1);
    const lost: { state: string }[] = await asAdmin(
      (sql) =>
        sql`SELECT state, pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`,
    );
    return lost.filter(({ state }) => state === 'active').length;
  }

  test('reads that are under way, and those that come meanwhile, are answered', async () => {
    const read = () => postgres.get('SELECT pg_sleep(0.3) IS NOT NULL AS has_slept');
    const reads = Array.from({ length: 10 }, read);
    await until('statements are lost', async () => (await loseAll()) > 0);
    reads.push(read());
    expect(await Promise.all(reads)).toEqual(Array(11).fill({ has_slept: true }));
  });

  test('a snapshot begins again', async () => {
    let calls = 0;
    const value = await postgres.snapshot(async (query) => {
      if (calls++ === 0) await kill(await pidOf(query));
      return query.get('SELECT 1 AS one');
    });
    expect(value).toEqual({ one: 1 });
    expect(calls).toBe(2);
  });

  test('a read that loses its connection every time fails', async () => {
    let calls = 0;
    const read = postgres.snapshot(async (query) => {
      calls++;
      await kill(await pidOf(query));
      return query.get('SELECT 1');
    });
    await expect(read).rejects.toThrow(DatabaseFailed);
    expect(calls).toBe(3);
  });
});
