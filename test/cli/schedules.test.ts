import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Schedule } from '../../src/schedules/index.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

setDefaultTimeout(60_000);
afterAll(stopCommands);
afterAll(stopServers);

test('FEATURES 40: xgpt schedule adds, lists, pauses, resumes, runs and removes', async () => {
  const dataDir = freshDataDir();
  const xgpt = (...words: string[]) => run(['schedule', ...words], { dataDir });
  const added = await xgpt(
    'add',
    'scrape',
    '@aurora_lab',
    '--max',
    '50',
    '--zone',
    'Europe/Berlin',
  );
  expect(added.code).toBe(0);
  expect(added.stdout).toContain(
    'scrape @aurora_lab, every night at 03:00 (Europe/Berlin), next: ',
  );
  expect(added.stderr).toContain('No server or worker is running.');
  const [id = ''] = added.stdout.split(' ');
  const json = await xgpt('--json');
  const stored = JSON.parse(json.stdout) as Schedule;
  expect(stored).toMatchObject({ id, input: { maxTweets: 50, onlyNew: true } });
  expect((await xgpt()).stdout).toMatch(/^ID +STARTS +WHEN +NEXT +LAST\n/);
  expect(await xgpt('pause', id.slice(-8))).toMatchObject({ code: 0, stderr: '' });
  expect((await xgpt('list')).stdout).toContain('paused');
  expect((await xgpt('resume', id)).stdout).toContain('is due next: ');
  expect((await xgpt('run', id)).stdout).toMatch(/has started scrape-/);
  expect((await xgpt()).stdout).toMatch(/ queued (?:just now|\d+ s ago)\n/);
  const again = await xgpt('run', id);
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toContain('A job of this schedule is still active.');
  const edited = await xgpt(
    ...['edit', id, '--every', 'week', '--day', 'friday', '--priority', '5', '--timeout', '8h'],
  );
  expect(edited).toMatchObject({ code: 0, stderr: '' });
  expect(edited.stdout).toContain('every Friday at 03:00 (Europe/Berlin), next: ');
  const later = await xgpt('edit', id.slice(-8), '--at', '04:30', '--timeout', '', '--json');
  expect(JSON.parse(later.stdout)).toMatchObject({ cron: '30 4 * * 5', priority: 5 });
  expect(JSON.parse(later.stdout)).not.toHaveProperty('timeoutMs');
  expect((await xgpt('show', id)).stdout).toMatch(/\ninput: .*username .*\npriority \+5\n/);
  const paused = await xgpt('pause', id, '--json');
  expect(JSON.parse(paused.stdout)).toMatchObject({ id, pausedAt: expect.any(String) });
  expect((await xgpt('show', id)).stdout).toMatch(/queued {2}scrape-\S+ {2}Started by hand\./);
  expect((await xgpt('remove', id)).stdout).toEndWith('was removed.\n');
  expect(await xgpt('rm', id)).toMatchObject({ code: 3 });
  // By the name of its own command, too.
  const discovery = await xgpt('add', 'users', 'discover', 'jazz', '--max', '5', '--json');
  expect(JSON.parse(discovery.stdout)).toMatchObject({
    type: 'discover',
    input: { query: 'jazz', maxResults: 5 },
  });
  expect((await xgpt('add', '--help')).stdout).not.toContain('users');
});

test('FEATURES 40: what is wrong is named as it was typed, and nothing is stored', async () => {
  const dataDir = freshDataDir();
  const wrong = async (...words: string[]) => {
    const { code, stdout, stderr } = await run(['schedule', 'add', ...words], { dataDir });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  };
  const zone = await wrong('scrape', '!!', '--cron', '0 0 30 2 *', '--zone', 'Mars');
  expect(zone).toContain('<user>');
  expect(zone).toContain('--zone: Time zone "Mars" is unknown.');
  expect(zone).toContain('--cron: Cron is never due');
  expect(await wrong('embed', '--every', 'year')).toBe(
    '--every must be night, day, hour or week, for example week; for other times give a cron expression.\n',
  );
  expect(await wrong('forget', 'aurora_lab', '--every', 'night')).toBe(
    'A schedule cannot start forget: its jobs are started by hand only.\n',
  );
  expect((await run(['schedule', 'add', '--help'], { dataDir })).stdout).not.toContain('forget');
  expect(await wrong('embed', '--every', 'week', '--cron', '@daily')).toBe(
    '--cron and --every: Give a cron expression or how often, not both.\n',
  );
  expect(await wrong('embed', '--every', 'hour', '--zone', 'Mars')).toContain('--zone: Time zone');
  expect(await wrong('embed', '--cron', '@daily', '--at', '03:00')).toStartWith('--at and --cron:');
  expect(await wrong('embed', '--priority', '11')).toContain('--priority must be');
  expect(await wrong('embed', '--timeout', '8d')).toBe('--timeout must be at most 7d.\n');
  expect((await run(['schedule', '--json'], { dataDir })).stdout).toBe('');
  const { stdout } = await run(['schedule', 'add', 'embed', '--json'], { dataDir });
  const { id } = JSON.parse(stdout) as Schedule;
  const change = (...words: string[]) => run(['schedule', 'edit', ...words], { dataDir });
  const both = await change(id, '--every', 'hour', '--at', '03:00');
  expect(both).toMatchObject({ code: 2, stdout: '' });
  expect(both.stderr).toStartWith('--at and --every: Every hour has no time of day.');
  expect(await change(id)).toMatchObject({ code: 2, stdout: '' });
  expect(await change('no-such-id', '--at', '04:00')).toMatchObject({ code: 3 });
  const none = join(freshDataDir(), 'none');
  expect((await run(['schedule'], { dataDir: none })).code).toBe(5);
  expect(existsSync(none)).toBe(false);
});

test('FEATURES 40: a running server starts what another process has scheduled', async () => {
  const server = await startServer();
  const { dataDir } = server;
  const every = [
    'scrape',
    'kip_reads',
    '--max',
    '20',
    '--cron',
    '* * * * * *',
    '--session',
    'nightly',
  ];
  const added = await run(['schedule', 'add', ...every], { dataDir });
  expect(added).toMatchObject({ code: 0, stderr: '' });
  const [id = ''] = added.stdout.split(' ');
  const { job } = await until('it has started a job', async () => {
    const { runs } = await server.json<{ runs: { outcome: string; job?: { id: string } }[] }>(
      `/api/schedules/${id}`,
    );
    return runs.find(({ outcome }) => outcome === 'started');
  });
  expect(await server.job(job?.id ?? '')).toMatchObject({ type: 'scrape', sessionId: 'nightly' });
  await run(['schedule', 'rm', id], { dataDir });
});
