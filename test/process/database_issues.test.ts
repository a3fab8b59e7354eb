import { Database } from 'bun:sqlite';
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { chmodSync, closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { closeApps, NAVIGATION } from '../support/app.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { startStagedApp } from '../support/staged_app.ts';
import { until } from '../support/wait.ts';
import {
  databaseOf,
  elsewhere,
  endsWhole,
  get,
  health,
  PAGES,
  post,
  refusesStarts,
  servesReads,
  started,
  stays,
  told,
  WHOLE,
  warnsOnce,
  well,
} from './database_issues_setup.ts';

// Every server is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopServers);
afterAll(closeApps);

/** The database, as another program holds it in the middle of a transaction. */
function locked(dataDir: string): Database {
  const db = new Database(databaseOf(dataDir));
  db.run('PRAGMA busy_timeout = 10000');
  db.run('BEGIN IMMEDIATE');
  return db;
}

const isRoot = process.getuid?.() === 0;

describe.concurrent('the database is locked for seconds by another program', () => {
  const TITLE = 'The database is busy: another process has been writing to it for seconds.';

  test('reads are answered, starts are refused, and everything continues afterwards', async () => {
    const { server, id } = await started();
    const other = locked(server.dataDir);
    await told(server, 'database_busy');
    await refusesStarts(server, 'database_busy', TITLE);
    await servesReads(server, TITLE);
    const refused = await post(server, `/api/jobs/${id}/cancel`);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain(TITLE);
    await stays();
    other.run('COMMIT');
    other.close();
    await well(server);
    warnsOnce(server, TITLE);
    expect((await post(server, '/api/search', { query: 'jazz' })).status).toBe(202);
    await endsWhole(server, id);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('a cancel is refused meanwhile and works afterwards', async () => {
    const { server, id } = await started({ XGPT_SAMPLE_PAGE_MS: '1000' });
    const other = locked(server.dataDir);
    await told(server, 'database_busy');
    expect((await post(server, `/api/jobs/${id}/cancel`)).status).toBe(503);
    other.run('COMMIT');
    expect((await post(server, `/api/jobs/${id}/cancel`)).status).toBe(200);
    expect((await server.ended(id)).status).toBe('cancelled');
    other.close();
  });

  test('SIGTERM meanwhile ends the server in time, and the next start continues', async () => {
    const { server, id } = await started();
    const other = locked(server.dataDir);
    expect(await server.end('SIGTERM')).toBe(0);
    other.run('COMMIT');
    other.close();
    const next = await startServer(server.dataDir);
    await endsWhole(next, id);
  });

  test('at the start, with jobs left to do: the server starts and continues afterwards', async () => {
    const { server, id } = await started();
    await server.end('SIGKILL');
    const other = locked(server.dataDir);
    const next = await startServer(server.dataDir);
    await told(next, 'database_busy');
    await servesReads(next, TITLE);
    other.run('COMMIT');
    other.close();
    await endsWhole(next, id);
    warnsOnce(next, TITLE);
  });

  test('at the very first start, by a process that is creating the tables: the server waits', async () => {
    const dataDir = freshDataDir();
    const other = new Database(databaseOf(dataDir));
    other.run('PRAGMA journal_mode = WAL');
    other.run('BEGIN IMMEDIATE');
    const starting = startServer(dataDir);
    await stays();
    other.run('COMMIT');
    other.close();
    expect((await health(await starting)).status).toBe(200);
  });
});

describe.concurrent('the disk is full', () => {
  // Linux's own tool sets the limit of a process that runs.
  const limit = (server: TestServer, bytes: number | string) =>
    Bun.spawnSync(['prlimit', `--pid=${server.child.pid}`, `--fsize=${bytes}:`]).success;

  test.skipIf(Bun.which('prlimit') === null)(
    'no file can grow: the scrape waits, and ends with exactly its posts when there is room',
    async () => {
      const { server, id } = await started();
      const title = 'The disk reports errors.';
      expect(limit(server, 4096)).toBe(true);
      await told(server, 'disk_failing');
      await refusesStarts(server, 'disk_failing', title);
      await servesReads(server, title);
      await stays();
      expect(limit(server, 'unlimited')).toBe(true);
      await well(server);
      warnsOnce(server, title);
      await endsWhole(server, id);
      expect(await server.end('SIGTERM')).toBe(0);
    },
  );

  test('a full disk does not use up attempts, however long it lasts', async () => {
    const web = await startStagedApp(async ({ username }, job) => {
      for (let page = 0; page < 40; page++) {
        job.signal.throwIfAborted();
        await Bun.sleep(5);
        const text = `${username} ${page} ${'x'.repeat(20_000)}`;
        const write = () => web.database.run('INSERT INTO notes VALUES (?)', [text]);
        await job.commit(
          { write },
          {
            checkpoint: page,
            progress: { current: page + 1, total: 40, message: 'Reading' },
          },
        );
      }
    });
    web.database.run('CREATE TABLE notes (text TEXT)');
    web.health.start();
    const { page_count: pages } = web.database.query('PRAGMA page_count').get() as {
      page_count: number;
    };
    web.database.run(`PRAGMA max_page_count = ${pages + 40}`);
    const { id } = await web.scrape('aurora_lab');
    const waiting = await until('it waits', () => {
      const job = web.tracker.getJob(id);
      return job?.status === 'retrying' ? job : undefined;
    });
    expect(waiting.errorMessage).toStartWith('The disk is full.');
    expect(waiting.errors).toEqual([]);
    expect(waiting.maxAttempts - waiting.attemptsUsed).toBe(5);
    expect(web.health.issue?.code).toBe('disk_full');
    web.database.run('PRAGMA max_page_count = 100000');
    expect((await web.ended(id)).status).toBe('completed');
    expect(web.health.issue).toBeUndefined();
  });
});

describe.concurrent('the database cannot be written to', () => {
  const TITLE = 'The database cannot be written to.';
  const REFUSED = /^The server ended at once: [^\n]*XGPT_DATA_DIR[^\n]*\n$/;

  test('while a job runs: people are told, reads are answered, and the job ends when it is writable again', async () => {
    const web = await startStagedApp(async (_, job) => {
      for (let page = 1; page <= 40; page++) {
        await Bun.sleep(10);
        await job.commit({}, { checkpoint: page });
      }
    });
    web.health.start();
    const { id } = await web.scrape('aurora_lab');
    await until('it runs', () => web.tracker.getJob(id)?.status === 'running');
    web.database.run('PRAGMA query_only = ON');
    const refused = await web.json('/api/search', {
      method: 'POST',
      body: new URLSearchParams({ query: 'jazz' }),
    });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      error: { code: 'database_read_only', message: expect.stringContaining('writable') },
    });
    expect((await web.request('/healthz')).status).toBe(503);
    for (const path of PAGES) {
      const page = await web.request(path, { headers: NAVIGATION });
      expect(page.status).toBe(200);
      expect(await page.text()).toContain(`<strong>${TITLE}</strong>`);
    }
    web.database.run('PRAGMA query_only = OFF');
    expect((await web.ended(id)).status).toBe('completed');
    expect((await web.request('/healthz')).status).toBe(200);
  });

  // Root may write everywhere: there the server gets another user.
  const asNobody = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const canBeNobody =
    !isRoot || Bun.spawnSync([...asNobody, process.execPath, '--version']).success;

  test.skipIf(!canBeNobody)(
    'at the start: the server refuses to start and says what to do',
    async () => {
      const dataDir = freshDataDir();
      await (await startServer(dataDir)).end('SIGTERM');
      const kept = readFileSync(databaseOf(dataDir));
      chmodSync(databaseOf(dataDir), 0o444);
      chmodSync(dataDir, 0o555);
      const hidden = startServer(dataDir, {}, asNobody);
      await expect(hidden).rejects.toThrow(REFUSED);
      chmodSync(join(dataDir, 'imports'), 0o755);
      for (const folder of [dataDir, join(dataDir, 'deeper')]) {
        const refused = startServer(folder, {}, asNobody);
        await expect(refused).rejects.toThrow(REFUSED);
      }
      expect(readFileSync(databaseOf(dataDir))).toEqual(kept);
      chmodSync(dataDir, 0o755);
    },
  );
});

describe.concurrent('the database is damaged', () => {
  const TITLE = 'The database file is damaged.';

  /** Writes over everything after the first pages, as a failing disk does. */
  function damage(dataDir: string): void {
    elsewhere(dataDir, (db) => void db.run('PRAGMA wal_checkpoint(TRUNCATE)'));
    const bytes = readFileSync(databaseOf(dataDir));
    bytes.fill(0x5a, 8 * 4096);
    const file = openSync(databaseOf(dataDir), 'r+');
    writeSync(file, bytes, 8 * 4096, bytes.length - 8 * 4096, 8 * 4096);
    closeSync(file);
  }

  test('while the server runs: every answer says what to do, nothing is written, nothing crashes', async () => {
    const server = await startServer();
    await server.ended((await server.start('scrape', WHOLE)).id);
    damage(server.dataDir);
    await until('somebody meets it', async () => {
      await get(server, '/find', NAVIGATION.accept);
      return (await health(server)).codes.includes('database_damaged');
    });
    await refusesStarts(server, 'database_damaged', TITLE);
    for (const path of PAGES) {
      const page = await get(server, path, NAVIGATION.accept);
      expect([200, 503]).toContain(page.status);
      const text = await page.text();
      expect(text).toContain(TITLE);
      expect(text).toContain('put a backup in its place with: xgpt restore');
    }
    const stream = await get(server, '/api/jobs/stream', 'text/event-stream');
    expect([200, 503]).toContain(stream.status);
    await stream.body?.cancel();
    await stays();
    expect((await health(server)).codes).toEqual(['database_damaged']);
    warnsOnce(server, TITLE);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('at the start: a file that is not a database, or is damaged, is refused and left unchanged', async () => {
    const server = await startServer();
    await server.ended((await server.start('scrape', WHOLE)).id);
    await server.end('SIGTERM');
    const whole = readFileSync(databaseOf(server.dataDir));
    const broken = {
      half: whole.subarray(0, whole.length / 2 - 100),
      none: Buffer.from('milk, eggs '.repeat(99)),
    };
    const path = databaseOf(server.dataDir);
    const says = `Cannot use the database ${path}. The database file is damaged. If xgpt is running, stop it. Then put a backup in its place with: xgpt restore <file>. The damaged files are kept beside it. Without a backup, “sqlite3 xgpt.sqlite .recover” prints what can still be read, as SQL. You can also point XGPT_DATA_DIR at another folder.`;
    for (const bytes of Object.values(broken)) {
      await Bun.write(databaseOf(server.dataDir), bytes);
      const outcome = await startServer(server.dataDir).catch((error: Error) => error.message);
      if (typeof outcome === 'string') {
        expect(outcome).toBe(`The server ended at once: ${says}\n`);
        expect(readFileSync(databaseOf(server.dataDir))).toEqual(Buffer.from(bytes));
      } else {
        await get(outcome, '/find', NAVIGATION.accept);
        expect((await health(outcome)).codes).toEqual(['database_damaged']);
        expect(await outcome.end('SIGTERM')).toBe(0);
      }
    }
    await Bun.write(databaseOf(server.dataDir), whole);
    const restored = await startServer(server.dataDir);
    expect((await restored.json<{ total: number }>('/api/posts')).total).toBe(
      Number(WHOLE.maxTweets),
    );
  });
});

describe.concurrent('a newer version has migrated the database', () => {
  const NEWER = "INSERT INTO migrations VALUES (9999, '9999_add_teleport', 0)";
  const TITLE = 'A newer version of xgpt has changed the database while this one was running.';

  test('while this one runs: nothing more is written, and people are told', async () => {
    const { server, id } = await started();
    elsewhere(server.dataDir, (db) => void db.run(NEWER));
    await refusesStarts(server, 'database_newer', TITLE);
    await told(server, 'database_newer');
    await servesReads(server, TITLE);
    const state = () => {
      let rows: unknown;
      elsewhere(server.dataDir, (db) => {
        rows = db.query('SELECT *, (SELECT COUNT(*) FROM posts) AS posts FROM jobs').all();
      });
      return rows;
    };
    const before = state();
    await stays();
    expect(state()).toEqual(before);
    warnsOnce(server, TITLE);
    expect(await server.end('SIGTERM')).toBe(0);

    await expect(startServer(server.dataDir)).rejects.toThrow(/newer xgpt.*Update xgpt/);
    elsewhere(server.dataDir, (db) => void db.run('DELETE FROM migrations WHERE number = 9999'));
    await endsWhole(await startServer(server.dataDir), id);
  });
});
