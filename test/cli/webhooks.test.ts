import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { freshDataDir, stopServers } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

test('43: xgpt webhooks adds, tests, lists and removes', async () => {
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
  expect(await webhooks('add', 'http://127.0.0.1/')).toMatchObject({ code: 2, stdout: '' });
  expect((await webhooks('add', url, '--events', 'started')).stderr).toContain(
    '--events must be among',
  );
  expect((await webhooks('rm', webhook.id)).stdout).toBe(`${webhook.id} was removed.\n`);
  expect((await webhooks('rm', webhook.id)).code).toBe(3);
});
