import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { freshDataDir, stopServers } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

test('FEATURES 43: xgpt webhooks adds, tests, lists and removes', async () => {
  const dataDir = freshDataDir();
  const webhooks = (...words: string[]) => run(['webhooks', ...words], { dataDir });
  const url = 'https://hooks.example/xgpt';
  const made = await webhooks('add', url, '--events', 'failed', '--types', 'scrape', '--json');
  const { webhook, secret } = JSON.parse(made.stdout);
  expect(webhook).toMatchObject({ url, events: ['failed'], types: ['scrape'] });
  expect(secret).toStartWith('whsec_');
  expect((await webhooks('test', webhook.id)).stdout).toStartWith('deliver-');
  const { stdout } = await webhooks();
  expect(stdout).toContain(url);
  expect(stdout).not.toContain(secret);
  expect(await webhooks('add', 'http://127.0.0.1/')).toMatchObject({
    ...{ code: 2, stdout: '' },
    stderr:
      '127.0.0.1 is not on the public internet; to allow it, set XGPT_PRIVATE_WEBHOOKS to on for every process.\n',
  });
  expect((await webhooks('add', url, '--events', 'started')).stderr).toContain(
    '--events must be among',
  );
  const unknown = await webhooks('add', url, '--types', 'scrape,crawl');
  expect(unknown.stderr).toContain(
    '--types must be among: discover, embed, forget, scrape, search.',
  );
  const again = await webhooks('add', url, '--events', 'failed', '--types', 'scrape');
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toStartWith(`Nothing was added. ${webhook.id} has this address`);
  const end = webhook.id.slice(-8);
  expect((await webhooks('pause', end)).stdout).toStartWith(`${webhook.id} is paused.`);
  expect((await webhooks('test', end)).stderr).toContain('It is paused. Resume it first.');
  expect((await webhooks('resume', webhook.id.slice(0, 20))).stdout).toBe(
    `${webhook.id} was resumed.\n`,
  );
  expect((await webhooks('rm', end)).stdout).toBe(
    `${webhook.id} was removed. 1 waiting event was cancelled.\n`,
  );
  expect((await webhooks('rm', webhook.id)).code).toBe(3);
});

test('FEATURES 44: xgpt workers tells of the processes and the queues, and --json has all of it', async () => {
  const dataDir = freshDataDir();
  const xgpt = (...words: string[]) => run(words, { dataDir });
  await xgpt('types', 'pause', 'scrape');
  const id = (await xgpt('scrape', 'aurora_lab', '--detach')).stdout.trim();
  expect((await xgpt('jobs')).stdout).toMatch(/ @aurora_lab +queued, scrape is paused /);
  expect((await xgpt('jobs', 'show', id)).stdout).toMatch(
    /^\S+ scrape @aurora_lab {2}queued, scrape is paused/,
  );
  const { stdout } = await xgpt('workers');
  expect(stdout).toMatch(/^PROCESS +HOST +PID +VERSION +SINCE +HEARTBEAT +RUNS$/m);
  expect(stdout).toMatch(/^scrape +1 +0 +\d+ +\S.* paused /m);
  expect(stdout).toContain('sample is open.');
  const workforce = JSON.parse((await xgpt('workers', '--json')).stdout);
  expect(Object.keys(workforce)).toEqual(['processes', 'types', 'sources']);
  expect(workforce.types).toContainEqual(
    expect.objectContaining({ type: 'scrape', waiting: 1, pausedAt: expect.any(String) }),
  );
});

test('FEATURES 43: worker --once sends what can be sent now, and does not wait for the next attempt', async () => {
  const dataDir = freshDataDir();
  const env = { XGPT_PRIVATE_WEBHOOKS: 'on' };
  const xgpt = (...words: string[]) => run(words, { dataDir, env });
  await xgpt('webhooks', 'add', 'http://127.0.0.1:1/');
  const { stdout } = await xgpt('scrape', 'aurora_lab', '--detach');
  expect((await xgpt('worker', '--once')).code).toBe(0);
  expect((await xgpt('jobs', 'show', stdout.trim(), '--json')).stdout).toContain('"completed"');
  const listed = JSON.parse((await xgpt('webhooks', '--json')).stdout);
  expect(listed).toMatchObject({
    waiting: 1,
    deliveries: [{ error: 'The connection was refused. Is the receiver running?' }],
  });
});
