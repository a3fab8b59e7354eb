import { afterAll, describe, expect, test } from 'bun:test';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SQL } from 'bun';
import type { Job } from '../../src/jobs/index.ts';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { freshDataDir, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { found, newCluster, post, runOn, startWebNode, startWorker, stopWorkers } from './nodes.ts';

afterAll(async () => {
  await stopWorkers();
  await stopServers();
});

const POSTS = 30;

/** An imports folder of another machine. */
async function folderWith(name: string): Promise<string> {
  const folder = freshDataDir();
  await mkdir(folder, { recursive: true });
  await writeZip(join(folder, name), { ...accountFiles('other_one') });
  return folder;
}

/** Uploads an archive, and starts the job that reads it. */
async function upload(server: TestServer, delayMs = '500'): Promise<Job> {
  await using folder = await temporaryFolder();
  const path = await writeZip(join(folder.path, 'mine.zip'), {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', manyTweets(POSTS)),
  });
  const body = new FormData();
  body.append('source', 'archive');
  body.append('file', new File([await Bun.file(path).arrayBuffer()], 'mine.zip'));
  const headers = { accept: 'application/json' };
  const answer = await fetch(`${server.url}/api/imports`, { method: 'POST', body, headers });
  expect(answer.status).toBe(201);
  const { imports } = await server.json<{ imports: { name: string }[] }>('/api/imports');
  // Whoever adds a job is the first to take it, unless it waits for its time.
  const start = { archive: imports[0]?.name ?? '', delayMs };
  return server.start('scrape', { source: 'archive', ...start });
}

/** Brings the time forward at which a job starts. */
async function makeDue(address: string, id: string): Promise<void> {
  const sql = new SQL({ url: address, max: 1 });
  await sql`UPDATE jobs SET due_at = NULL, run_at = created_at WHERE id = ${id}`;
  await sql.close();
}

describe('FEATURES 55: an archive that was uploaded to one machine', () => {
  test('is read by that machine when the others have other ones or none, and found everywhere', async () => {
    const cluster = await newCluster();
    // Workers are as quick to take a job as the server that has the archive.
    startWorker(cluster);
    startWorker(cluster, { XGPT_IMPORTS_DIR: await folderWith('other.zip') });
    const [first, second] = await Promise.all([
      startWebNode(cluster),
      startWebNode(cluster, { XGPT_IMPORTS_DIR: await folderWith('other.zip') }),
    ]);
    for (let round = 0; round < 6; round++) {
      const { id } = await upload(first);
      const ended = await second.ended(id);
      expect([ended.status, ended.errorMessage]).toEqual(['completed', undefined]);
    }
    await until('it is found', async () => (await found(second, 'author=ida_k')) === POSTS);
  });

  test('does not get the name of another machine’s archive, although no posts of that are stored', async () => {
    const cluster = await newCluster();
    await startWebNode(cluster, { XGPT_IMPORTS_DIR: await folderWith('mine.zip') });
    const server = await startWebNode(cluster);
    expect((await upload(server)).metadata).toMatchObject({ archive: 'mine-2.zip' });
  });

  test('is read by another one that has the same imports folder', async () => {
    const cluster = await newCluster({ XGPT_IMPORTS_DIR: join(freshDataDir(), 'imports') });
    const server = await startWebNode(cluster);
    const other = await startWebNode(cluster);
    // The server that receives the archive runs nothing any more when the job is claimed again.
    const { id } = await upload(server);
    await server.end('SIGKILL');
    expect((await other.ended(id)).status).toBe('completed');
    await until('it is found', async () => (await found(other, 'author=ida_k')) === POSTS);
  });

  test('cannot be chosen at another one: page, JSON and text say what to do', async () => {
    const cluster = await newCluster();
    const [first, other] = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    const { metadata } = await first.ended((await upload(first)).id);
    const archive = String(metadata?.archive);
    const fields = { source: 'archive', archive };
    const answer = await post(other, '/api/scrape', fields);
    expect(answer.status).toBe(422);
    const { error } = (await answer.json()) as { error: { details: { archive: string } } };
    expect(error.details.archive).toBe(
      `There is no import named "${archive}" on this machine. Start the job at the server to which it was uploaded, upload it here, or set XGPT_IMPORTS_DIR on all machines to a folder that they share.`,
    );
    for (const accept of ['text/html', 'text/plain']) {
      const words = await (await post(other, '/api/scrape', fields, { accept })).text();
      expect(words).toContain(
        'Start the job at the server to which it was uploaded, upload it here',
      );
    }
    const again = await runOn(cluster, 'jobs', 'list', '--json');
    expect(again.stdout.trim().split('\n')).toHaveLength(1);
  });

  test('waits for its machine when that is gone: page and terminal say what to do', async () => {
    const cluster = await newCluster();
    const [first, other] = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    const { id } = await upload(first, '600000');
    await first.end('SIGTERM');
    await until('the other one no longer counts on it', async () => {
      const { processes } = await other.json<{ processes: unknown[] }>('/healthz');
      return processes.length === 1;
    });
    const advice =
      'no running process has the archive: start xgpt on the machine to which it was uploaded, or set XGPT_IMPORTS_DIR on all machines to a folder that they share';
    await makeDue(cluster.address, id);
    const page = await until('the page knows', async () => {
      const text = await (await fetch(`${other.url}/jobs/${id}`)).text();
      return text.includes('The job waits') ? text : undefined;
    });
    expect(page).toContain(advice);
    const { job } = await other.json<{ job: object }>(`/api/jobs/${id}`);
    expect(job).toMatchObject({ wait: { lacking: { what: 'archive', name: 'mine.zip' } } });
    const shown = await runOn(cluster, 'jobs', 'show', id);
    expect(shown.stdout).toContain(advice);
  });
});
