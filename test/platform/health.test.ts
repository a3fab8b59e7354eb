import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/platform/database.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { Vitals } from '../../src/platform/health.ts';
import { writerOf } from '../../src/platform/writer.ts';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import { testClock } from '../support/clock.ts';

afterAll(closeApps);

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Over a file, with a clock that the test moves and a log that it reads. */
function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-vitals-'));
  folders.push(folder);
  const path = join(folder, 'data', 'xgpt.sqlite');
  const db = openDatabase(path);
  const clock = testClock();
  const log: string[] = [];
  const logger = createLogger('info', (line) => log.push(line));
  const vitals = new Vitals({ db, path, kind: 'server', clock, logger });
  vitals.start();
  return { db, folder, clock, log, vitals };
}

describe('the machine’s clock is set', () => {
  for (const [minutes, direction] of [
    [60, 'forward'],
    [-60, 'back'],
  ] as const) {
    test(`${direction}: it is told on every page and at /healthz, which stays well, for five minutes`, async () => {
      const vitalsClock = testClock(Date.now());
      const web = await setupApp({}, { vitalsClock });
      web.vitals.start();
      const title = `The machine’s clock was set ${direction} by 60 minutes.`;
      const page = async () => (await web.request('/', { headers: NAVIGATION })).text();
      expect(await page()).not.toContain(title);

      vitalsClock.set(minutes * 60_000);
      await vitalsClock.advance(5_000);
      expect(await page()).toContain(`<strong>${title}</strong>`);
      const answer = await web.request('/healthz');
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        status: 'ok',
        problems: [{ code: 'clock_set', message: expect.stringContaining('Jobs go on as before') }],
      });

      await vitalsClock.advance(301_000);
      expect(await page()).not.toContain(title);
      expect(await (await web.request('/healthz')).json()).toMatchObject({ problems: [] });
    });
  }

  test('by as little as clocks are corrected all the time: nobody is told', async () => {
    const { clock, vitals } = setup();
    clock.set(30_000);
    await clock.advance(5_000);
    expect(vitals.notices).toEqual([]);
  });
});

describe('something keeps the database from working', () => {
  test('it is told once while it lasts, and once when it is over', async () => {
    const { db, clock, log, vitals } = setup();
    db.run('PRAGMA query_only = ON');
    await clock.advance(60_000);
    expect(vitals.trouble?.code).toBe('database_read_only');
    expect(log).toHaveLength(1);
    db.run('PRAGMA query_only = OFF');
    await clock.advance(1_000);
    expect(vitals.trouble).toBeUndefined();
    expect(log).toHaveLength(2);
    expect(log[1]).toContain('All is well again.');
  });

  test('somebody else’s file at the path, or a path that cannot be looked at, counts as gone', async () => {
    const { folder, clock, vitals } = setup();
    rmSync(join(folder, 'data'), { recursive: true });
    mkdirSync(join(folder, 'data'));
    await Bun.write(join(folder, 'data', 'xgpt.sqlite'), 'another');
    await clock.advance(5_000);
    expect(vitals.trouble?.code).toBe('database_gone');
    rmSync(join(folder, 'data'), { recursive: true });
    await Bun.write(join(folder, 'data'), 'a file where the folder was');
    await clock.advance(5_000);
    expect(vitals.trouble?.code).toBe('database_gone');
  });

  test('what is damaged stays so, although a trial succeeds', async () => {
    const { clock, vitals } = setup();
    vitals.noticed(Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' }));
    await clock.advance(60_000);
    expect(vitals.trouble?.code).toBe('database_damaged');
    expect(vitals.obstacle()?.code).toBe('database_damaged');
  });

  test('a newer program has changed the tables: nothing is written, together or later', async () => {
    const { db, folder, clock, vitals } = setup();
    await clock.advance(0);
    const other = openDatabase(join(folder, 'data', 'xgpt.sqlite'));
    other.run("INSERT INTO migrations VALUES (9999, '9999_add_teleport', 0)");
    other.run('CREATE TABLE notes (text TEXT)');
    const writer = writerOf(db);
    const write = () => writer.write(() => void db.run("INSERT INTO notes VALUES ('late')"));
    for (const writes of [[write(), write()], [write()]]) {
      for (const outcome of await Promise.allSettled(writes))
        expect(outcome).toMatchObject({ reason: { trouble: { code: 'database_newer' } } });
    }
    expect(await write().catch((error: Error) => error.name)).toBe('Obstructed');
    expect(other.query('SELECT * FROM notes').all()).toEqual([]);
    await clock.advance(10_000);
    expect(vitals.trouble?.code).toBe('database_newer');
    other.close();
  });

  test('an error that tells nothing about the database is not taken for trouble', () => {
    const { vitals } = setup();
    expect(vitals.noticed(new Error('no idea'))).toBeUndefined();
    expect(vitals.noticed(undefined)).toBeUndefined();
    expect(vitals.trouble).toBeUndefined();
  });
});
