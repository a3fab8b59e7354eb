import { beforeEach, describe, expect, test } from 'bun:test';
import { hostname } from 'node:os';
import { createTracker } from '../../src/jobs/index.ts';
import type { Postgres } from '../../src/platform/postgres/client.ts';
import { PostgresProcessRegistry } from '../../src/platform/postgres/process_registry.ts';
import { testClock } from '../support/clock.ts';
import { newDatabase, open, registerHooks } from './postgres_setup.ts';

registerHooks();

const HOUR = 3_600_000;

let address: string;
beforeEach(async () => {
  address = await newDatabase();
});

/** A node with a connection and a clock of its own. */
function node(kind: 'server' | 'worker', clockIsAheadBy = 0) {
  const clock = testClock(Date.now() + clockIsAheadBy);
  const db = open(address);
  return { db, clock, registry: new PostgresProcessRegistry(db, kind, clock) };
}

/** As if the row had been written by another process. */
function change(db: Postgres, set: string): Promise<unknown> {
  return db.all(`UPDATE processes SET ${set}`);
}

describe('processes on PostgreSQL', () => {
  test('know each other from their heartbeats', async () => {
    const [server, worker] = [node('server'), node('worker')];
    const serves = [
      { type: 'scrape', needs: [{ field: 'source', what: 'source', has: ['\0 \ufdd0'] }] },
    ];
    worker.registry.served = () => serves;
    await worker.registry.heartbeat();
    expect(server.registry.list()).toEqual([]);
    await server.registry.heartbeat();
    const listed = server.registry.list();
    expect(listed).toMatchObject([
      { kind: 'worker', pid: process.pid, host: hostname(), serves },
      { kind: 'server', pid: process.pid, serves: [] },
    ]);
    expect(listed[0]?.version).toMatch(/^\d/);
    // The last heartbeat was before the other one came.
    expect(worker.registry.list()).toHaveLength(1);
    await worker.registry.refresh();
    expect(worker.registry.list()).toMatchObject([{ kind: 'worker', serves }, { kind: 'server' }]);
    await worker.registry.remove();
    await server.registry.heartbeat();
    expect(server.registry.list()).toMatchObject([{ kind: 'server' }]);
  });

  test('of before the list of needs had one', async () => {
    const { db, registry } = node('worker');
    const need = { field: 'source', what: 'source', has: ['sample'] };
    registry.served = () => [{ type: 'scrape', needs: [need] }];
    await registry.heartbeat();
    const [listed] = registry.list();
    const before = JSON.stringify([{ type: 'scrape', needs: need }, { type: 'discover' }]);
    await change(db, `serves = '${before}'`);
    await registry.refresh();
    expect(registry.list()).toMatchObject([
      { serves: [...(listed?.serves ?? []), { type: 'discover' }] },
    ]);
  });

  test('are told by the clock of each process, although the server’s counts', async () => {
    const [ahead, behind] = [node('server', 2 * HOUR), node('worker', -5 * HOUR)];
    await ahead.registry.heartbeat();
    await behind.registry.heartbeat();
    await ahead.registry.heartbeat();
    for (const { registry, clock } of [ahead, behind]) {
      const listed = registry.list();
      expect(listed).toHaveLength(2);
      for (const { seenAt, startedAt } of listed) {
        expect(Math.abs(seenAt.getTime() - clock.now())).toBeLessThan(HOUR / 2);
        expect(startedAt <= seenAt).toBe(true);
      }
    }
  });

  test('are seen by the trackers of all nodes, until they are silent', async () => {
    const [server, worker] = [node('server'), node('worker')];
    worker.registry.served = () => [{ type: 'scrape' }];
    await worker.registry.heartbeat();
    await server.registry.heartbeat();
    const { clock, registry, db } = server;
    const processes = () => registry.list();
    const tracker = createTracker({ database: db, clock, processes });
    const kinds = () => tracker.reader.serving.running().map(({ kind }) => kind);
    expect(kinds()).toEqual(['worker', 'server']);
    expect(tracker.reader.serving.lacks()({ type: 'scrape' })).toBeUndefined();
    expect(tracker.reader.serving.lacks()({ type: 'search' })).toEqual({
      what: 'type',
      name: 'search',
    });
    await change(db, "seen_at = seen_at - 60000 WHERE kind = 'worker'");
    await registry.heartbeat();
    expect(kinds()).toEqual(['server']);
    // Without another answer of the server, what is known grows old.
    clock.skip(16_000);
    expect(kinds()).toEqual([]);
    await tracker.stop();
  });

  test('of an hour ago are forgotten, and nobody deletes its own row', async () => {
    const [server, worker] = [node('server'), node('worker')];
    await worker.registry.heartbeat();
    await server.registry.heartbeat();
    await change(server.db, 'seen_at = seen_at - 3700000');
    await server.registry.heartbeat();
    expect(server.registry.list()).toMatchObject([{ kind: 'server' }]);
    expect(await server.db.all('SELECT kind FROM processes')).toEqual([{ kind: 'server' }]);
    await worker.registry.heartbeat();
    expect(worker.registry.list()).toHaveLength(2);
  });

  test('of other machines are not looked up by their ids', async () => {
    const [server, worker] = [node('server'), node('worker')];
    await worker.registry.heartbeat();
    // No process has this id.
    await change(worker.db, 'pid = 4194305');
    await server.registry.heartbeat();
    expect(server.registry.list()).toMatchObject([{ kind: 'server' }]);
    await change(worker.db, "machine = 'another of the same name' WHERE kind = 'worker'");
    await server.registry.heartbeat();
    expect(server.registry.list()).toHaveLength(2);
  });

  test('send one statement for each heartbeat', async () => {
    const { db, registry } = node('server');
    const sent: string[] = [];
    const all = db.all.bind(db);
    db.all = (sql, values) => {
      sent.push(sql);
      return all(sql, values);
    };
    await registry.heartbeat();
    await registry.heartbeat();
    registry.list();
    expect(sent).toHaveLength(2);
  });
});
