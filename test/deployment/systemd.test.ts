import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/platform/config.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { deployFile } from './documented.ts';
import { DOWNLOAD_TIMEOUT_MS, findPrograms, run } from './programs.ts';

// Servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);

const ROOT = join(import.meta.dir, '../..');
const folder = mkdtempSync(join(tmpdir(), 'xgpt-systemd-'));

beforeAll(async () => void (await findPrograms()), DOWNLOAD_TIMEOUT_MS);
afterAll(async () => {
  await stopServers();
  rmSync(folder, { recursive: true, force: true });
});

const unit = deployFile('xgpt.service');
const workerUnit = deployFile('xgpt-worker.service');

/** The values of a name in the unit or the environment file, in order. */
function valuesOf(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

/** `NAME=value` of the environment file. */
const environment = Object.fromEntries(
  [...deployFile('xgpt.env').matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]),
);

describe('the systemd unit', () => {
  /** A unit with the paths of this machine. */
  function installed(name = 'xgpt.service', given = unit): string {
    const path = join(folder, name);
    const text = given
      .replaceAll('/opt/xgpt', ROOT)
      .replace('/etc/xgpt.env', join(ROOT, 'deploy/xgpt.env'))
      .replace('User=xgpt', 'User=daemon')
      .replace('Group=xgpt', 'Group=daemon');
    writeFileSync(path, text);
    return path;
  }

  for (const [name, given] of [
    ['xgpt.service', unit],
    ['xgpt-worker@1.service', workerUnit],
  ] as const) {
    test(`${name} has no error that systemd-analyze finds`, async () => {
      const { path, env } = (await findPrograms())['systemd-analyze'];
      const command = [path, 'verify', '--man=no', installed(name, given)];
      const child = Bun.spawn(command, { env, stderr: 'pipe' });
      const errors = await new Response(child.stderr).text();
      expect([await child.exited, errors]).toEqual([0, '']);
    });
  }

  test('is rated as little exposed', async () => {
    const { path, env } = (await findPrograms())['systemd-analyze'];
    const report = await run([path, 'security', '--offline=true', '--no-pager', installed()], {
      env,
    });
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(report)?.[1]);
    expect(exposure).toBeLessThan(3);
  });

  test('does not forbid the writable and executable memory that Bun needs', () => {
    expect(valuesOf(unit, 'MemoryDenyWriteExecute')).toEqual([]);
  });

  test('gives a shutdown more time than it can take', () => {
    const drainSeconds = loadConfig({ ...environment, XGPT_TOKEN: undefined }).drainMs / 1_000;
    // The process ends 5 s after its drain time, whatever happens.
    expect(Number(valuesOf(unit, 'TimeoutStopSec')[0])).toBeGreaterThan(drainSeconds + 5);
    expect(valuesOf(unit, 'KillSignal')).toEqual(['SIGTERM']);
  });

  test('does not start before a token is set', () => {
    expect(() => loadConfig(environment)).toThrow(/XGPT_TOKEN: must be at least 16/);
  });

  test('names the folder of its data twice alike', () => {
    expect(environment.XGPT_DATA_DIR).toBe(`/var/lib/${valuesOf(unit, 'StateDirectory')[0]}`);
  });
});

describe('the command of the unit', () => {
  const command = (valuesOf(unit, 'ExecStart')[0] ?? '').replace('/opt/xgpt', ROOT).split(' ');
  const dataDir = freshDataDir();
  const env = {
    ...environment,
    PORT: '0',
    XGPT_DATA_DIR: dataDir,
    XGPT_TOKEN: 'correct-horse-battery',
    XGPT_SAMPLE_PAGE_MS: '500',
  };

  test('serves with the environment file, and its signal puts running jobs back', async () => {
    const bearer = { headers: { authorization: `Bearer ${env.XGPT_TOKEN}` } };
    const server = await startServer(dataDir, env, [], [], undefined, command);
    const { job } = await server.json<{ job: { id: string } }>('/api/scrape', {
      ...bearer,
      method: 'POST',
      body: new URLSearchParams({ username: 'aurora_lab', maxTweets: '400' }),
    });
    await Bun.sleep(1_200);
    const began = performance.now();
    expect(await server.end('SIGTERM')).toBe(0);
    const seconds = (performance.now() - began) / 1_000;
    expect(seconds).toBeLessThan(Number(valuesOf(unit, 'TimeoutStopSec')[0]));

    const next = await startServer(dataDir, env, [], [], undefined, command);
    const after = await next.json<{ job: { status: string; progress: { current: number } } }>(
      `/api/jobs/${job.id}`,
      bearer,
    );
    expect(after.job.progress.current).toBeGreaterThan(0);
    expect(['running', 'queued', 'completed']).toContain(after.job.status);
    expect(await next.end('SIGTERM')).toBe(0);
  });
});
