import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { SQL } from 'bun';
import type { Job } from '../../src/jobs/index.ts';
import type { StoredImport } from '../../src/operations/scrape/imports.ts';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import {
  endServers,
  freshDataDir,
  startServer,
  stopServers,
  type TestServer,
} from '../support/server.ts';
import { until } from '../support/wait.ts';
import { found, newCluster, post, runOn, startWebNode, startWorker, stopWorkers } from './nodes.ts';

// Each test has a cluster of its own.
afterEach(async () => {
  await stopWorkers();
  await endServers();
});
afterAll(stopServers);

const POSTS = 30;

/** An imports folder of another machine. */
async function folderWith(name: string): Promise<string> {
  const folder = freshDataDir();
  await mkdir(folder, { recursive: true });
  await writeZip(join(folder, name), { ...accountFiles('other_one') });
  return folder;
}

/** Of two accounts, with different posts. */
const IDA = archiveOf('ida_k', 1);
const BOB = archiveOf('bob_r', 1_001);

function archiveOf(owner: string, firstId: number) {
  const posts = part('tweets.part0', manyTweets(POSTS, firstId));
  const account = accountFiles(owner)['data/account.js'] ?? '';
  return {
    'data/account.js': account.replace('"4711"', `"${firstId}"`),
    'data/tweets.js': posts,
  };
}

/** Stores an archive without reading it. @returns the archives of the server */
async function store(server: TestServer, content = IDA): Promise<StoredImport[]> {
  await using folder = await temporaryFolder();
  const path = await writeZip(join(folder.path, 'mine.zip'), content);
  const body = new FormData();
  body.append('file', new File([await Bun.file(path).arrayBuffer()], 'mine.zip'));
  const headers = { accept: 'application/json' };
  const answer = await fetch(`${server.url}/api/imports`, { method: 'POST', body, headers });
  expect(answer.status).toBe(201);
  return listed(server);
}

async function listed(server: TestServer): Promise<StoredImport[]> {
  return (await server.json<{ imports: StoredImport[] }>('/api/imports')).imports;
}

const importsOf = ({ dataDir }: TestServer) => join(dataDir, 'imports');

/** Uploads an archive, and starts the job that reads it. */
async function upload(server: TestServer, delayMs = '500'): Promise<Job> {
  const imports = await store(server);
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
    const other = await startWebNode(cluster, { XGPT_IMPORTS_DIR: await folderWith('mine.zip') });
    // It answers when it has started.
    await listed(other);
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
    expect(page).not.toContain('The job starts when');
    const { job } = await other.json<{ job: object }>(`/api/jobs/${id}`);
    expect(job).toMatchObject({ wait: { lacking: { what: 'archive', name: 'mine.zip' } } });
    const shown = await runOn(cluster, 'jobs', 'show', id);
    expect(shown.stdout).toContain(advice);
  });
});

describe('FEATURES 55: archives of one name on two machines', () => {
  const read = async (server: TestServer, archive: string) => {
    const { id } = await server.start('scrape', { source: 'archive', archive });
    return server.ended(id);
  };

  /** Copies an archive into the imports folder of a server that has one as `mine.zip`, when another has that name. */
  async function withCopy() {
    const cluster = await newCluster();
    const [first, other] = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    await store(first);
    const { status } = await read(first, 'mine.zip');
    expect(status).toBe('completed');
    await until('the other has the posts', async () => (await found(other, '')) === POSTS);
    await writeZip(join(importsOf(other), 'mine.zip'), BOB);
    return { cluster, first, other };
  }

  test('that were uploaded at the same moment have two names, and each job reads its own', async () => {
    const cluster = await newCluster();
    const servers = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    await Promise.all(servers.map(listed));
    const contents = [IDA, BOB];
    const lists = await Promise.all(servers.map((server, at) => store(server, contents[at])));
    const names = lists.map(([one]) => one?.name ?? '');
    expect(names.toSorted()).toEqual(['mine-2.zip', 'mine.zip']);
    const ended = await Promise.all(servers.map((server, at) => read(server, names[at] ?? '')));
    expect(ended.map(({ result }) => result)).toMatchObject([
      { username: 'ida_k', newPosts: POSTS },
      { username: 'bob_r', newPosts: POSTS },
    ]);
    const [first] = servers as [TestServer, TestServer];
    for (const author of ['ida_k', 'bob_r'])
      await until(author, async () => (await found(first, `author=${author}`)) === POSTS);
  });

  test('are not mixed up by a worker that has the other one', async () => {
    const cluster = await newCluster();
    const server = await startWebNode(cluster);
    const folder = freshDataDir();
    startWorker(cluster, { XGPT_IMPORTS_DIR: folder });
    await until('the worker runs', async () => {
      const { processes } = await server.json<{ processes: unknown[] }>('/healthz');
      return processes.length === 2;
    });
    await store(server);
    await writeZip(join(folder, 'mine.zip'), BOB);
    for (let round = 0; round < 6; round++) {
      const input = { source: 'archive', archive: 'mine.zip', delayMs: '500' };
      const { id } = await server.start('scrape', input);
      expect((await server.ended(id)).result).toMatchObject({ username: 'ida_k' });
    }
  });

  test('are refused when one was copied by hand, until it is renamed', async () => {
    const { cluster, other } = await withCopy();
    const sentence =
      'Another machine has another archive named "mine.zip". Rename this one in the imports folder, and start the job again.';
    const fields = { source: 'archive', archive: 'mine.zip' };
    const answer = await post(other, '/api/scrape', fields);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: { details: { archive: sentence } } });
    for (const [accept, quote] of [
      ['text/html', '&quot;'],
      ['text/plain', '"'],
    ] as const) {
      const words = await (await post(other, '/api/scrape', fields, { accept })).text();
      expect(words).toContain(sentence.replaceAll('"', quote));
    }
    const folder = importsOf(other);
    const env = { ...cluster.env, XGPT_IMPORTS_DIR: folder };
    const typed = await runOn({ env }, 'import', join(folder, 'mine.zip'));
    expect([typed.code, typed.stderr]).toEqual([2, expect.stringContaining(sentence)]);

    await rename(join(folder, 'mine.zip'), join(folder, 'bob.zip'));
    const { status, result } = await read(other, 'bob.zip');
    expect([status, result]).toMatchObject(['completed', { username: 'bob_r', newPosts: POSTS }]);
  });

  test('are two in the list, of which the other machine’s can be undone', async () => {
    const { cluster, first, other } = await withCopy();
    const copied = { name: 'mine.zip', owner: 'bob_r', posts: 0 };
    const away = { name: 'mine.zip', posts: POSTS, elsewhere: true };
    const problem = expect.stringContaining('Another machine has another archive');
    expect(await listed(other)).toMatchObject([{ ...copied, problem }, away]);
    expect((await listed(first)).at(0)).not.toHaveProperty('elsewhere');
    const page = await (await fetch(`${other.url}/scrape`)).text();
    expect(page).toContain('on another machine');
    const env = { ...cluster.env, XGPT_IMPORTS_DIR: importsOf(other) };
    expect((await runOn({ env }, 'imports')).stdout).toContain('on another machine');

    // The copy can be removed, which changes nothing of the other one.
    expect((await post(other, '/api/imports/mine.zip/remove')).status).toBe(200);
    expect(await listed(other)).toMatchObject([away]);
    const absent = await post(other, '/api/imports/mine.zip/remove');
    expect([absent.status, await absent.text()]).toEqual([
      404,
      expect.stringContaining('on another machine. Remove it there.'),
    ]);
    expect(await readdir(importsOf(first))).toContain('mine.zip');
    const undone = await post(other, '/api/imports/mine.zip/undo');
    expect(await undone.json()).toMatchObject({ undone: { removed: POSTS }, imports: [] });
    // Its file is still on the other machine.
    expect(await store(other, BOB)).toMatchObject([{ name: 'mine-2.zip' }]);
  });

  test('are two when one was removed and its posts were kept', async () => {
    const { first, other } = await withCopy();
    expect((await post(first, '/api/imports/mine.zip/remove')).status).toBe(200);
    const refused = await post(other, '/api/scrape', { source: 'archive', archive: 'mine.zip' });
    expect([refused.status, await refused.text()]).toEqual([
      422,
      expect.stringContaining('which was removed from another machine. Rename this one'),
    ]);
    const removed = { name: 'mine.zip', posts: POSTS, removed: true };
    expect(await listed(other)).toMatchObject([{ owner: 'bob_r', posts: 0 }, removed]);
    expect((await post(other, '/api/imports/mine.zip/undo')).status).toBe(200);
    expect((await read(other, 'mine.zip')).result).toMatchObject({ username: 'bob_r' });
  });

  test('are one when a machine gives its name back: by the removal of an archive without posts', async () => {
    const cluster = await newCluster();
    const [first, other] = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    await store(first);
    expect((await post(first, '/api/imports/mine.zip/remove')).status).toBe(200);
    expect(await store(other, BOB)).toMatchObject([{ name: 'mine.zip' }]);
  });
});

test('an archive that is imported by a worker of the same machine is not said to be missing', async () => {
  const cluster = await newCluster();
  const dataDir = freshDataDir();
  const server = await startServer(dataDir, cluster.env);
  await listed(server);
  await using folder = await temporaryFolder();
  const path = await writeZip(join(folder.path, 'new.zip'), IDA);
  const env = { ...cluster.env, XGPT_DATA_DIR: dataDir };
  const { stdout, stderr } = await runOn({ env }, 'import', path, '--detach');
  expect(stderr).toContain('Watch it with');
  expect(stderr).not.toContain('no running process');
  expect(await server.ended(stdout.trim())).toMatchObject({ status: 'completed' });
});
