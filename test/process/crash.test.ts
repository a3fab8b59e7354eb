import { Database } from 'bun:sqlite';
import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { endServers, startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Every server is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterEach(endServers);
afterAll(stopServers);

/** So slow that a scrape is under way for as long as anybody needs. */
const SLOW_PAGES = { XGPT_SAMPLE_PAGE_MS: '1000' };

function postsOf(dataDir: string) {
  const db = new Database(join(dataDir, 'xgpt.sqlite'), { readonly: true });
  const rows = db
    .query<{ id: string; kind: string; text: string }, []>(
      "SELECT id, kind, text FROM posts WHERE author = 'aurora_lab' ORDER BY id",
    )
    .all();
  db.close();
  return rows;
}

test('a scrape whose process is killed again and again ends with exactly its posts', async () => {
  const undisturbed = await startServer();
  const whole = await undisturbed.start('scrape', { username: 'aurora_lab', maxTweets: '500' });
  await undisturbed.ended(whole.id);
  await undisturbed.end('SIGTERM');

  let server = await startServer(undefined, SLOW_PAGES);
  const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '500' });
  let seen = 0;
  for (let kills = 0; kills < 4; kills++) {
    seen = await until('it has got further', async () => {
      const { progress } = await server.job(id);
      return progress.current > seen ? progress.current : 0;
    });
    await server.end('SIGKILL');
    server = await startServer(server.dataDir, kills < 3 ? SLOW_PAGES : {});
  }
  const job = await server.ended(id);
  expect(job).toMatchObject({
    status: 'completed',
    attempt: 5,
    result: { username: 'aurora_lab', posts: 500, newPosts: 500 },
  });
  await server.end('SIGTERM');

  const posts = postsOf(server.dataDir);
  expect(posts).toHaveLength(500);
  expect(posts).toEqual(postsOf(undisturbed.dataDir));
});

test.each(['SIGTERM', 'SIGHUP'] as const)(
  'F6: %s puts running jobs back without using up an attempt, and exits 0',
  async (signal) => {
    const env = { ...SLOW_PAGES, XGPT_DRAIN_MS: '50' };
    const server = await startServer(undefined, env);
    const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '500' });
    await until('it has begun', async () => (await server.job(id)).progress.current > 0);
    expect(await server.end(signal)).toBe(0);

    const next = await startServer(server.dataDir);
    const job = await next.ended(id);
    expect(job).toMatchObject({ status: 'completed', errors: [], attempt: 2 });
    expect(job).toMatchObject({ attemptsUsed: 1, maxAttempts: 8 });
    expect(job.result).toMatchObject({ posts: 500, newPosts: 500 });
    expect(await next.end('SIGINT')).toBe(0);
  },
);

test('F6: a terminal that is closed sends two SIGHUP, and the server drains all the same', async () => {
  const env = { ...SLOW_PAGES, XGPT_DRAIN_MS: '400' };
  const server = await startServer(undefined, env);
  const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '500' });
  await until('it has begun', async () => (await server.job(id)).progress.current > 0);
  const ended = server.end('SIGHUP');
  await Bun.sleep(50);
  server.child.kill('SIGHUP');
  expect(await ended).toBe(0);
  expect(server.child.signalCode).toBeNull();
  expect(await (await startServer(server.dataDir)).ended(id)).toMatchObject({
    status: 'completed',
    attemptsUsed: 1,
  });
});

test.skipIf(Bun.which('nohup') === null)(
  'F6: with nohup the server outlives its terminal, and SIGTERM ends it',
  async () => {
    const server = await startServer(undefined, {}, ['nohup']);
    server.child.kill('SIGHUP');
    await Bun.sleep(200);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await server.end('SIGTERM')).toBe(0);
  },
);

test('an open stream does not delay the shutdown', async () => {
  const server = await startServer();
  const stream = await fetch(`${server.url}/api/jobs/stream`);
  const reader = stream.body?.getReader();
  await reader?.read();
  expect(await server.end('SIGTERM')).toBe(0);
});

test('an invalid setting, and a file that is not a database, are refused by name', async () => {
  const started = startServer(undefined, { PORT: 'eighty', HOST: '0.0.0.0' });
  await expect(started).rejects.toThrow(/PORT.*eighty[\s\S]*HOST.*loopback/);

  const server = await startServer();
  expect(await server.end('SIGTERM')).toBe(0);
  await Bun.write(join(server.dataDir, 'xgpt.sqlite'), 'this is a shopping list, not a database');
  const again = startServer(server.dataDir);
  await expect(again).rejects.toThrow(/xgpt\.sqlite.*XGPT_DATA_DIR/);
});

test('a port in use is refused before any job is claimed', async () => {
  const first = await startServer(undefined, SLOW_PAGES);
  const { port } = new URL(first.url);
  const { id } = await first.start('scrape', { username: 'aurora_lab', maxTweets: '1000' });
  await until('it runs', async () => (await first.job(id)).status === 'running');
  const second = startServer(undefined, { PORT: port });
  await expect(second).rejects.toThrow(new RegExp(`Port ${port} is in use`));
  expect(await first.job(id)).toMatchObject({ status: 'running', attempt: 1 });
});

test('an unusable data folder is refused by name', async () => {
  for (const folder of ['/proc/nowhere', import.meta.path]) {
    const started = startServer(folder);
    await expect(started).rejects.toThrow(/data folder .* cannot be used.*XGPT_DATA_DIR/);
  }
});

test('one process sees and cancels the jobs of another', async () => {
  const first = await startServer(undefined, SLOW_PAGES);
  const { id } = await first.start('scrape', { username: 'aurora_lab', maxTweets: '1000' });
  await until('it runs', async () => (await first.job(id)).status === 'running');
  const second = await startServer(first.dataDir, SLOW_PAGES);
  const stream = await fetch(`${second.url}/api/jobs/stream`);
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  const counts = new Set<string>();
  await until('it moves there too', async () => {
    const text = (await reader?.read())?.value ?? '';
    const count = /(\d+) \/ 1,000/.exec(text)?.[1];
    if (count) counts.add(count);
    return counts.size >= 3;
  });
  await fetch(`${second.url}/api/jobs/${id}/cancel`, { method: 'POST' });
  expect((await first.ended(id)).status).toBe('cancelled');
  await reader?.cancel();
});
