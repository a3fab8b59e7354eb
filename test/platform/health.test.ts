import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHealth } from '../../src/platform/create_health.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { type StorageFailed, storing } from '../../src/platform/storage_issue.ts';
import { writerOf } from '../../src/platform/writer.ts';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import {
  accountFiles,
  part,
  temporaryFolder,
  tweet,
  writeZip,
} from '../support/archive_fixture.ts';
import { testClock } from '../support/clock.ts';

afterAll(closeApps);

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A database in a file, with a clock that the test controls and a log that it reads. */
function setup(importsDir?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-health-'));
  folders.push(folder);
  const path = join(folder, 'data', 'xgpt.sqlite');
  const db = openDatabase(path);
  const clock = testClock();
  const log: string[] = [];
  const logger = createLogger('info', (line) => log.push(line));
  const health = createHealth({
    db,
    ...(importsDir && { importsDir }),
    kind: 'server',
    clock,
    logger,
  });
  health.start();
  return { db, folder, clock, log, health };
}

describe('the machine’s clock is set', () => {
  for (const [minutes, direction] of [
    [60, 'forward'],
    [-60, 'back'],
  ] as const) {
    test(`${direction}: every page and /healthz say so for five minutes, and the status stays ok`, async () => {
      const healthClock = testClock(Date.now());
      const web = await setupApp({}, { healthClock });
      web.health.start();
      const title = `The machine’s clock was set ${direction} by 1 hour.`;
      const page = async () => (await web.request('/', { headers: NAVIGATION })).text();
      expect(await page()).not.toContain(title);

      healthClock.set(minutes * 60_000);
      await healthClock.advance(5_000);
      expect(await page()).toContain(`<strong>${title}</strong>`);
      const answer = await web.request('/healthz');
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        status: 'ok',
        problems: [
          { code: 'clock_set', message: expect.stringContaining('Jobs continue as before') },
        ],
      });

      await healthClock.advance(301_000);
      expect(await page()).not.toContain(title);
      expect(await (await web.request('/healthz')).json()).toMatchObject({ problems: [] });
    });
  }

  test('by as little as ordinary corrections: there is no notice', async () => {
    const { clock, health } = setup();
    clock.set(30_000);
    await clock.advance(5_000);
    expect(health.notices).toEqual([]);
  });
});

/** What is thrown when the system refuses a write into the imports folder. */
const refusal = (code: string) =>
  storing('/imports', async () => {
    throw Object.assign(new Error(code), { code });
  }).catch((error: StorageFailed) => error);

describe('F2: an issue with the imports folder', () => {
  const setupImports = () => {
    const folder = mkdtempSync(join(tmpdir(), 'xgpt-health-'));
    folders.push(folder);
    const changes: number[] = [];
    const given = setup(folder);
    given.health.onChange(() => changes.push(given.health.notices.length));
    return { ...given, folder, changes };
  };

  test.each([
    ['EROFS', 'added', []],
    ['EROFS', 'removed', []],
    ['ENOSPC', 'added', []],
    ['EIO', 'added', []],
    // Free space does not mean that the next file fits.
    ['ENOSPC', 'removed', ['disk_full']],
    ['EIO', 'removed', ['disk_failing']],
    // A smaller file may have been added.
    ['EFBIG', 'added', ['file_size_limit']],
    ['EMFILE', 'added', ['too_many_files']],
  ] as const)('%s, and then a file was %s: what is left is %p', async (code, how, left) => {
    const { health, log, changes } = setupImports();
    health.noticed(await refusal(code));
    expect(health.notices).toHaveLength(1);
    health.changedImports(how);
    expect(health.notices.map((notice) => notice.code)).toEqual([...left]);
    expect(changes).toEqual(left.length === 0 ? [1, 0] : [1]);
    expect(log.filter((line) => line.includes('Recovered'))).toHaveLength(1 - left.length);
  });

  test('stays while the folder is gone', async () => {
    const { health, folder } = setupImports();
    health.noticed(await refusal('ENOSPC'));
    rmSync(folder, { recursive: true });
    health.changedImports('added');
    expect(health.notices).toHaveLength(1);
  });

  test.each([['/api/imports'], ['/api/scrape']])(
    'is gone from every page and /healthz when a file was uploaded to %s',
    async (path) => {
      const web = await setupApp();
      web.health.noticed(await refusal('EROFS'));
      const problems = async () => (await (await web.request('/healthz')).json()).problems;
      const page = async () => (await web.request('/', { headers: NAVIGATION })).text();
      expect(await problems()).toMatchObject([{ code: 'folder_read_only' }]);
      expect(await page()).toContain('The imports folder cannot be written to.');
      const upload = async (archive: Uint8Array<ArrayBuffer>) => {
        const body = new FormData();
        body.append('source', 'archive');
        body.append('file', new File([archive], 'mine.zip'));
        return (await web.json(path, { method: 'POST', body })).status;
      };
      expect(await upload(new Uint8Array([1]))).toBe(422);
      expect(await problems()).toHaveLength(1);
      expect(await upload(await archiveZip())).toBe(path === '/api/imports' ? 201 : 202);
      expect(await problems()).toEqual([]);
      expect(await page()).not.toContain('The imports folder cannot be written to.');

      web.health.noticed(await refusal('EROFS'));
      expect((await web.json('/api/imports/none.zip/remove', { method: 'POST' })).status).toBe(404);
      expect(await problems()).toHaveLength(1);
      if (path === '/api/scrape') return;
      expect((await web.json('/api/imports/mine.zip/remove', { method: 'POST' })).status).toBe(200);
      expect(await problems()).toEqual([]);
    },
  );
});

async function archiveZip(): Promise<Uint8Array<ArrayBuffer>> {
  await using folder = await temporaryFolder();
  const content = {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', [tweet(9_001)]),
  };
  const path = await writeZip(join(folder.path, 'archive.zip'), content);
  return new Uint8Array(await Bun.file(path).arrayBuffer());
}

describe('an issue with the database', () => {
  test('is logged once when it begins, and once when it is over', async () => {
    const { db, clock, log, health } = setup();
    db.run('PRAGMA query_only = ON');
    await clock.advance(60_000);
    expect(health.issue?.code).toBe('database_read_only');
    expect(log).toHaveLength(1);
    db.run('PRAGMA query_only = OFF');
    await clock.advance(1_000);
    expect(health.issue).toBeUndefined();
    expect(log).toHaveLength(2);
    expect(log[1]).toContain('Recovered: the database can be written to again.');
  });

  test('another file at the path, or a path that cannot be read, counts as a database that is gone', async () => {
    const { folder, clock, health } = setup();
    rmSync(join(folder, 'data'), { recursive: true });
    mkdirSync(join(folder, 'data'));
    await Bun.write(join(folder, 'data', 'xgpt.sqlite'), 'another');
    await clock.advance(5_000);
    expect(health.issue?.code).toBe('database_gone');
    rmSync(join(folder, 'data'), { recursive: true });
    await Bun.write(join(folder, 'data'), 'a file where the folder was');
    await clock.advance(5_000);
    expect(health.issue?.code).toBe('database_gone');
  });

  test('a file that was replaced is the issue, although what is read from it seems damaged', async () => {
    const { folder, clock, log, health } = setup();
    rmSync(join(folder, 'data', 'xgpt.sqlite'));
    await Bun.write(join(folder, 'data', 'xgpt.sqlite'), 'another');
    await clock.advance(5_000);
    const malformed = Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' });
    expect(health.noticed(malformed)?.code).toBe('database_gone');
    await clock.advance(5_000);
    expect(health.issue?.code).toBe('database_gone');
    expect(log).toHaveLength(1);
  });

  test('a damaged database stays damaged, although a heartbeat succeeds', async () => {
    const { clock, health } = setup();
    health.noticed(Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' }));
    await clock.advance(60_000);
    expect(health.issue?.code).toBe('database_damaged');
    expect(health.obstacle()?.code).toBe('database_damaged');
  });

  test('a newer version has migrated the database: nothing is written any more', async () => {
    const { db, folder, clock, health } = setup();
    await clock.advance(0);
    const other = openDatabase(join(folder, 'data', 'xgpt.sqlite'));
    other.run("INSERT INTO migrations VALUES (9999, '9999_add_teleport', 0)");
    other.run('CREATE TABLE notes (text TEXT)');
    const writer = writerOf(db);
    const write = () => writer.write(() => void db.run("INSERT INTO notes VALUES ('late')"));
    for (const writes of [[write(), write()], [write()]]) {
      for (const outcome of await Promise.allSettled(writes))
        expect(outcome).toMatchObject({ reason: { issue: { code: 'database_newer' } } });
    }
    expect(await write().catch((error: Error) => error.name)).toBe('WriteRefused');
    expect(other.query('SELECT * FROM notes').all()).toEqual([]);
    await clock.advance(10_000);
    expect(health.issue?.code).toBe('database_newer');
    other.close();
  });

  test('an error with another cause is not an issue with the database', () => {
    const { health } = setup();
    expect(health.noticed(new Error('unrelated'))).toBeUndefined();
    expect(health.noticed(undefined)).toBeUndefined();
    expect(health.issue).toBeUndefined();
  });
});
