import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { copyFileSync, existsSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { closeApps } from '../support/app.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { run } from '../support/terminal.ts';
import {
  databaseOf,
  endsWhole,
  health,
  refusesStarts,
  servesReads,
  started,
  stays,
  told,
  WHOLE,
  warnsOnce,
} from './database_issues_setup.ts';

// Every server is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);
afterAll(stopServers);
afterAll(closeApps);

const postsOf = async (server: TestServer) =>
  (await server.json<{ total: number }>('/api/posts')).total;

/** A server with all posts of `WHOLE`, whose backup has 100. */
async function withBackup() {
  const dataDir = freshDataDir();
  const backup = join(freshDataDir(), 'backup.sqlite');
  const server = await startServer(dataDir);
  await server.ended((await server.start('scrape', { ...WHOLE, maxTweets: '100' })).id);
  expect((await run(['backup', backup], { dataDir })).code).toBe(0);
  await server.ended((await server.start('scrape', WHOLE)).id);
  return { server, dataDir, backup };
}

/** The start is refused, says what to do, and doing so gives the backup's posts. */
async function restoresAfterRefusal(dataDir: string, backup: string, refusal: RegExp) {
  await expect(startServer(dataDir)).rejects.toThrow(refusal);
  expect((await run(['restore', backup], { dataDir })).code).toBe(0);
  const server = await startServer(dataDir);
  expect(await postsOf(server)).toBe(100);
  expect(await server.end('SIGTERM')).toBe(0);
}

describe.concurrent('F5: a file of the database is deleted under a running server', () => {
  const TITLE =
    'xgpt.sqlite-wal or xgpt.sqlite-shm was deleted or replaced while xgpt was running.';

  for (const suffix of ['-wal', '-shm']) {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      test(`${suffix}: it is told, starts are refused, and after ${signal} nothing confirmed is lost`, async () => {
        const { server, id } = await started();
        rmSync(databaseOf(server.dataDir) + suffix);
        await told(server, 'database_log_gone');
        await refusesStarts(server, 'database_log_gone', TITLE);
        await servesReads(server, TITLE);
        const { progress } = await server.job(id);
        warnsOnce(server, TITLE);
        const beside = await run(['jobs', 'list'], { dataDir: server.dataDir });
        expect(beside).toMatchObject({ code: 5, stdout: '' });
        expect(beside.stderr).toContain('Stop all xgpt processes');
        const code = await server.end(signal);
        if (signal === 'SIGTERM') expect(code).toBe(0);
        const next = await startServer(server.dataDir);
        expect((await next.job(id)).progress.current).toBeGreaterThanOrEqual(progress.current);
        await endsWhole(next, id);
      });
    }
  }
});

test('F5: /healthz looks for the files at once, not at the next check', async () => {
  const server = await startServer();
  await server.ended((await server.start('scrape', WHOLE)).id);
  rmSync(`${databaseOf(server.dataDir)}-wal`);
  const { status, codes } = await health(server);
  expect({ status, codes }).toEqual({ status: 503, codes: ['database_log_gone'] });
});

describe.concurrent('F5: the database file is replaced under a running server', () => {
  const TITLE = 'The database file was overwritten while xgpt was running.';

  test('by a backup that is copied over it: nothing is written, and nothing is mixed', async () => {
    const { server, dataDir, backup } = await withBackup();
    copyFileSync(backup, databaseOf(dataDir));
    await told(server, 'database_overwritten');
    await refusesStarts(server, 'database_overwritten', TITLE);
    await stays();
    warnsOnce(server, TITLE);
    await server.end('SIGTERM');
    expect(existsSync(`${databaseOf(dataDir)}-wal`)).toBe(true);
    await restoresAfterRefusal(dataDir, backup, /was replaced.*xgpt restore/);
  });

  test('by an empty file: likewise', async () => {
    const { server, dataDir, backup } = await withBackup();
    truncateSync(databaseOf(dataDir));
    await told(server, 'database_overwritten');
    await refusesStarts(server, 'database_overwritten', TITLE);
    await server.end('SIGTERM');
    await restoresAfterRefusal(dataDir, backup, /missing or empty.*xgpt restore/);
  });

  test('by a backup that is moved over it: likewise', async () => {
    const { server, dataDir, backup } = await withBackup();
    copyFileSync(backup, `${backup}.kept`);
    renameSync(backup, databaseOf(dataDir));
    await told(server, 'database_gone');
    expect((await health(server)).problems[0]?.message).toContain('xgpt restore <file>');
    expect(await server.end('SIGTERM')).toBe(0);
    await restoresAfterRefusal(dataDir, `${backup}.kept`, /was replaced.*xgpt restore/);
  });
});
