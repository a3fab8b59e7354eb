import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
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
import { found, newCluster, startWebNode, startWorker, stopWorkers } from './nodes.ts';

afterAll(async () => {
  await stopWorkers();
  await stopServers();
});

const POSTS = 30;

/** Uploads an archive, and starts the job that reads it. */
async function upload(server: TestServer): Promise<Job> {
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
  const start = { archive: imports[0]?.name ?? '', delayMs: '500' };
  return server.start('scrape', { source: 'archive', ...start });
}

describe('FEATURES 55: an archive that was uploaded to one machine', () => {
  test('is read by that machine when the others do not have it, and found everywhere', async () => {
    const cluster = await newCluster();
    // Workers are as quick to take a job as the server that has the archive.
    for (let n = 0; n < 2; n++) startWorker(cluster);
    const [first, second] = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    for (let round = 0; round < 3; round++) {
      const { id } = await upload(first);
      const ended = await second.ended(id);
      expect([ended.status, ended.errorMessage]).toEqual(['completed', undefined]);
    }
    await until('it is found', async () => (await found(second, 'author=ida_k')) === POSTS);
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
});
