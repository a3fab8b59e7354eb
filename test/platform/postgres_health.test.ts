import { beforeEach, describe, expect, test } from 'bun:test';
import { createHealth } from '../../src/platform/create_health.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Postgres } from '../../src/platform/postgres/client.ts';
import { writerOf } from '../../src/platform/postgres/writer.ts';
import { testClock } from '../support/clock.ts';
import { proxyTo } from '../support/postgres/proxy.ts';
import { until } from '../support/wait.ts';
import { newDatabase, open, registerHooks } from './postgres_setup.ts';

registerHooks();

let address: string;
beforeEach(async () => {
  address = await newDatabase();
});

function healthOf(db: Postgres) {
  const clock = testClock();
  const log: string[] = [];
  const logger = createLogger('info', (line) => log.push(line));
  const health = createHealth({ db, kind: 'server', clock, logger });
  const told: string[][] = [];
  health.onChange(() => told.push(health.notices.map(({ code }) => code)));
  return { clock, log, health, told };
}

describe('an issue with PostgreSQL', () => {
  test('is told in plain words when the server cannot be reached, and when it can again', async () => {
    using proxy = proxyTo(address);
    const { health, log, told } = healthOf(open(proxy.address));
    await health.check();
    expect(health.isFailing).toBe(false);
    expect(health.processes.list()).toHaveLength(1);

    proxy.cut();
    await health.check();
    expect(health.isFailing).toBe(true);
    expect(health.notices).toMatchObject([
      {
        code: 'database_unreachable',
        title: 'The PostgreSQL server cannot be reached.',
        advice: expect.stringContaining('Nothing that was confirmed is lost.'),
      },
    ]);
    proxy.restore();
    await until('it is over', async () => {
      await health.check();
      return !health.isFailing;
    });
    expect(told).toEqual([['database_unreachable'], []]);
    expect(log).toHaveLength(2);
    expect(log[1]).toContain('Recovered: the PostgreSQL server can be reached again.');
  });

  test('is told when the server does not answer', async () => {
    using proxy = proxyTo(address);
    const { health, clock } = healthOf(open(proxy.address));
    await health.check();
    proxy.mute();
    const checked = health.check();
    await clock.advance(4_999);
    expect(health.isFailing).toBe(false);
    await clock.advance(1);
    await checked;
    expect(health.issue?.code).toBe('database_unreachable');
  });

  test('is told when nothing may be written', async () => {
    const db = open(address);
    const { health } = healthOf(db);
    await health.check();
    await db.all(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'cannot execute it in a read-only transaction' USING ERRCODE = '25006'; END $$`);
    await db.all('CREATE TRIGGER refused BEFORE UPDATE ON processes EXECUTE FUNCTION refuse()');
    await health.check();
    expect(health.issue?.code).toBe('database_read_only');
    await db.all('DROP TRIGGER refused ON processes');
    await health.check();
    expect(health.issue).toBeUndefined();
  });

  test('is told when a newer version has migrated the database: nothing is written any more', async () => {
    const db = open(address);
    const { health } = healthOf(db);
    const writer = writerOf(db);
    writer.obstacle = () => health.obstacle();
    await health.check();
    const write = () =>
      writer.write((tx) => tx.run("DELETE FROM paused_sources WHERE source = ''"));
    await write();
    await db.all("INSERT INTO xgpt_migrations VALUES (9999, '9999_add_teleport', 0)");
    await health.check();
    expect(health.issue?.code).toBe('database_newer');
    await expect(write()).rejects.toThrow('A newer version of xgpt has changed the database');
  });

  test('of damage stays, although a heartbeat succeeds', async () => {
    const { health } = healthOf(open(address));
    health.noticed(Object.assign(new Error('invalid page'), { code: 'SQLITE_CORRUPT' }));
    await health.check();
    expect(health.obstacle()?.code).toBe('database_damaged');
  });
});
