import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { closeApps, NAVIGATION } from '../support/app.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import {
  databaseOf,
  elsewhere,
  endsWhole,
  get,
  health,
  refusesStarts,
  servesReads,
  started,
  stays,
  told,
  warnsOnce,
  well,
} from './database_issues_setup.ts';

// Every server is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopServers);
afterAll(closeApps);

describe.concurrent('the data folder', () => {
  const TITLE = 'The database file was moved or deleted while xgpt was running.';

  test('is moved away while a job runs and put back: the job waits, and ends complete', async () => {
    const { server, id } = await started();
    const { dataDir } = server;
    renameSync(dataDir, `${dataDir}-away`);
    await told(server, 'database_gone');
    await refusesStarts(server, 'database_gone', TITLE);
    await servesReads(server, TITLE);
    await stays();
    renameSync(`${dataDir}-away`, dataDir);
    await well(server);
    warnsOnce(server, TITLE);
    await endsWhole(server, id);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('is deleted: people are told, starts are refused, and the next server begins a new one', async () => {
    const { server } = await started();
    rmSync(server.dataDir, { recursive: true });
    await told(server, 'database_gone');
    await refusesStarts(server, 'database_gone', TITLE);
    await servesReads(server, TITLE);
    await stays();
    warnsOnce(server, TITLE);
    expect(await server.end('SIGTERM')).toBe(0);
    const fresh = await startServer(server.dataDir);
    expect((await fresh.json<{ total: number }>('/api/posts')).total).toBe(0);
    expect((await fresh.json<{ jobs: unknown[] }>('/api/jobs')).jobs).toEqual([]);
  });

  test('with another program’s database in it is refused and left unchanged', async () => {
    const dataDir = freshDataDir();
    elsewhere(dataDir, (db) => void db.run('CREATE TABLE recipes (name TEXT)'));
    const theirs = readFileSync(databaseOf(dataDir));
    const refused = startServer(dataDir);
    await expect(refused).rejects.toThrow(/belongs to another program\. Nothing in it was changed/);
    expect(readFileSync(databaseOf(dataDir))).toEqual(theirs);
  });
});

test('a model folder with other files in it: the embed job says so, and what to do', async () => {
  const models = freshDataDir();
  await Bun.write(join(models, 'tokenizer.json'), '{ "this": "is no tokenizer" }');
  const server = await startServer(undefined, { XGPT_MODEL_DIR: models });
  const { id } = await server.start('embed', {});
  const job = await server.ended(id);
  expect(job).toMatchObject({ status: 'failed', attempt: 1 });
  expect(job.errorMessage).toContain(models);
  expect(job.errorMessage).toContain('XGPT_MODEL_DIR');
  for (const path of [`/jobs/${id}`, `/api/jobs/${id}`, '/api/jobs', '/']) {
    const shown = await (await get(server, path, NAVIGATION.accept)).text();
    expect(shown).toContain('XGPT_MODEL_DIR');
  }
  expect((await health(server)).status).toBe(200);
});
