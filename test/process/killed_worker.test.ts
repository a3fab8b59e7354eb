import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { hostname } from 'node:os';
import { isAlive } from '../../src/platform/process_ids.ts';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { jobsIn, run, start, stopCommands } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Two processes, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);
afterAll(closeApps);

interface Listed {
  processes: { kind: string; pid: number; jobs: string[] }[];
}

test('FEATURES 44: a worker that is killed is gone from /workers at once, and its job goes on elsewhere', async () => {
  const dataDir = freshDataDir();
  await run(['scrape', 'aurora_lab', '--max', '200', '--detach'], { dataDir });
  const { child } = start(['worker'], { dataDir, env: { XGPT_SAMPLE_PAGE_MS: '60000' } });
  const jobs = async () => jobsIn((await run(['jobs', 'list', '--json'], { dataDir })).stdout);
  const [running] = await until('the worker runs it', async () => {
    const listed = await jobs();
    return listed[0]?.status === 'running' ? listed : undefined;
  });
  const id = running?.id ?? '';
  const server = await startServer(dataDir);
  const listed = async () => (await server.json<Listed>('/api/workers')).processes;
  const page = async () => (await fetch(`${server.url}/workers`)).text();
  const name = `worker ${child.pid} on ${hostname()}`;
  expect(await listed()).toContainEqual(
    expect.objectContaining({ kind: 'worker', pid: child.pid, jobs: [id] }),
  );
  expect(await page()).toContain(name);

  child.kill('SIGKILL');
  await child.exited;
  expect((await listed()).map(({ pid }) => pid)).toEqual([server.child.pid]);
  expect(await page()).not.toContain(name);
  expect((await run(['workers'], { dataDir })).stdout).not.toMatch(/^worker/m);
  expect(await server.ended(id)).toMatchObject({
    status: 'completed',
    attempt: 2,
    result: { posts: 200 },
  });
});

test('FEATURES 44: a process of another machine is silent after 30 s without a heartbeat, and gone after an hour', async () => {
  const app = await setupApp();
  await app.health.start();
  const addSeen = (host: string, ago: number) =>
    app.database
      .query(
        `INSERT INTO processes (id, kind, pid, host, version, started_at, seen_at)
         VALUES (?1, 'worker', 7, ?1, '1.0.0', 0, ?2)`,
      )
      .run(host, Date.now() - ago);
  addSeen('awake.example', 5_000);
  addSeen('asleep.example', 31_000);
  addSeen('gone.example', 3_600_001);
  await app.health.check();
  const page = await (await app.request('/workers', { headers: NAVIGATION })).text();
  const heartbeats = [...page.matchAll(/on (\w+)\.example.*?data-label="Heartbeat">(.*?)<\/td>/gs)];
  expect(heartbeats.map(([, host, cell]) => [host, cell?.includes(', silent')])).toEqual([
    ['awake', false],
    ['asleep', true],
  ]);
  const text = await (
    await app.request('/api/workers', { headers: { accept: 'text/plain' } })
  ).text();
  expect(text).toMatch(/asleep\.example .* ago, silent/);
  expect(text).not.toMatch(/awake\.example .*silent/);
  expect(text).not.toContain('gone.example');
});

describe.if(process.platform === 'linux')('a process that has ended', () => {
  test('FEATURES 44: is not alive, although its parent has not asked how it ended', async () => {
    // The parent becomes a program that never asks.
    const parent = Bun.spawn(['sh', '-c', "sh -c 'echo $$' & exec sleep 60"], {
      stdout: 'pipe',
    });
    const { value } = await parent.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    expect(pid).toBeGreaterThan(0);
    await until('it has ended', () => !isAlive(pid));
    // It still has its id.
    expect(process.kill(pid, 0)).toBe(true);
    expect(isAlive(parent.pid)).toBe(true);
    parent.kill();
    await parent.exited;
  });
});
