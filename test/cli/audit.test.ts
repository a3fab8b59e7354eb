import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { freshDataDir, stopServers } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

test('xgpt audit tells which user of the machine did what, and xgpt jobs show who started a job', async () => {
  const dataDir = freshDataDir();
  // The variable does not count: everybody can set it.
  const xgpt = (...words: string[]) => run(words, { dataDir, env: { USER: 'mallory' } });
  const id = (await xgpt('search', 'space', '--detach')).stdout.trim();
  await xgpt('jobs', 'cancel', id);
  await xgpt('jobs', 'rm', '--status', 'cancelled');
  const { stdout } = await xgpt('audit');
  const user = Bun.spawnSync(['id', '-un']).stdout.toString().trim();
  const [head, ...rows] = stdout.trimEnd().split('\n');
  expect(head).toMatch(/^WHEN +ACTION +WHAT +WHO +ADDRESS$/);
  expect(rows.map((row) => row.replace(/^.* UTC +/, '').replace(/ {2,}/g, ' | '))).toEqual([
    `removed | 1 job: status=cancelled | ${user} in the terminal`,
    `cancelled | ${id} | ${user} in the terminal`,
    `started | ${id} | ${user} in the terminal`,
  ]);
  const entries = (await xgpt('audit', '--action', 'start', '--json')).stdout.trim().split('\n');
  expect(entries.map((line) => JSON.parse(line))).toMatchObject([
    { action: 'start', jobId: id, by: { via: 'terminal', user } },
  ]);
  expect((await xgpt('audit', '--job', id, '--since', '1h')).stdout.split('\n')).toHaveLength(5);
  expect((await xgpt('audit', '--who', 'nobody')).stderr).toBe('No entries match.\n');
  expect(await xgpt('audit', '--action', 'explode')).toMatchObject({ code: 2 });
  const started = (await xgpt('search', 'jazz', '--detach')).stdout.trim();
  expect((await xgpt('jobs', 'show', started)).stdout).toMatch(
    new RegExp(`started by +${user} in the terminal`),
  );
});
