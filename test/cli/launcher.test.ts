import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { scripts, version } from '../../package.json' with { type: 'json' };
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { run, start, stopCommands, XGPT } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);
afterAll(stopCommands);
afterAll(stopServers);

test('runs from any folder through a link, with a relative data folder', async () => {
  const elsewhere = freshDataDir();
  const link = join(elsewhere, 'xgpt');
  symlinkSync(XGPT, link);
  const env = { ...process.env, XGPT_DATA_DIR: './mine', PORT: '0', XGPT_SAMPLE_PAGE_MS: '0' };
  const scrape = Bun.spawn([link, 'scrape', 'aurora_lab'], {
    cwd: elsewhere,
    env,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  expect(await scrape.exited).toBe(0);
  expect(existsSync(join(elsewhere, 'mine', 'xgpt.sqlite'))).toBe(true);

  const server = start([], { dataDir: './mine', cwd: elsewhere, env: { PORT: '0' } });
  const address = await until('it listens', () => /http:\S+/.exec(server.stdout())?.[0]);
  const page = await (await fetch(address, { headers: { accept: 'text/html' } })).text();
  expect(page).toContain('@aurora_lab');
  server.child.kill('SIGTERM');
  expect((await server.ended()).code).toBe(0);
});

test('names the install command of npm start in a fresh checkout', async () => {
  const checkout = freshDataDir();
  for (const file of ['bin/xgpt', 'package.json']) {
    cpSync(join(XGPT, '../..', file), join(checkout, file));
  }
  const child = Bun.spawn([join(checkout, 'bin/xgpt'), 'jobs', 'list'], { stderr: 'pipe' });
  const install = scripts.prestart.split(' || ')[1];
  expect(install).toMatch(/^npx --yes bun@[\d.]+ install --frozen-lockfile$/);
  expect(await new Response(child.stderr).text()).toBe(
    `xgpt is not set up yet. Run this first: cd '${checkout}' && ${install}\n`,
  );
  expect(await child.exited).toBe(1);
});

test('help shows examples for every command, and the exit codes', async () => {
  const dataDir = freshDataDir();
  const commands = ['serve', 'worker', 'scrape', 'search', 'embed', 'users discover', 'import'];
  const ofJobs = ['list', 'show', 'watch', 'wait', 'cancel', 'retry', 'rm'].map(
    (name) => `jobs ${name}`,
  );
  for (const command of ['', ...commands, 'jobs', ...ofJobs, 'completion']) {
    const { code, stdout } = await run([...command.split(' ').filter(Boolean), '--help'], {
      dataDir,
    });
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: xgpt ${command}`.trim());
    expect(stdout).toMatch(/Examples:\n {2}\S/);
  }
  const { stdout } = await run(['help'], { dataDir });
  expect(stdout).toContain('130  ended by Ctrl-C');
  expect(stdout).toContain('129, 143  ended by a closed terminal, by SIGTERM');
  expect((await run(['help', 'jobs', 'ls'], { dataDir })).stdout).toStartWith('Usage: xgpt jobs l');
  expect((await run(['--version'], { dataDir })).stdout).toBe(`${version}\n`);
  expect(existsSync(join(dataDir, 'xgpt.sqlite'))).toBe(false);
});

test('F12: a misspelt setting is reported by commands, and by the server in its log', async () => {
  const dataDir = freshDataDir();
  const env = { XGPT_TOKN: 'correct-horse-battery' };
  const warning = 'There is no setting XGPT_TOKN. Did you mean XGPT_TOKEN?';
  const scrape = await run(['scrape', 'aurora_lab', '--max', '5', '--json'], { dataDir, env });
  expect(scrape.code).toBe(0);
  expect(scrape.stderr.split('\n').filter((line) => line.includes(warning))).toHaveLength(1);
  expect(scrape.stdout).not.toContain('TOKN');
  expect((await run(['complete', '--', 'jobs', 'l'], { dataDir, env })).stderr).toBe('');
  const server = await startServer(dataDir, env);
  const warned = server.log().filter((line) => line.includes(`warn  ${warning}`));
  expect(warned).toHaveLength(1);
});

test.each([['help nope'], ['help jobs nope'], ['jobs help nope'], ['help scrape nope']])(
  '%s is told that there is no such command',
  async (words) => {
    const { code, stdout, stderr } = await run(words.split(' '), { dataDir: freshDataDir() });
    expect(stderr).toStartWith("Unknown command 'nope'.\nRun xgpt --help for the commands");
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  },
);

test.each(['scrape', 'search', 'users discover', 'posts'])(
  'help of %s names every source that it takes',
  async (command) => {
    const dataDir = freshDataDir();
    const words = command.split(' ');
    const { stderr } = await run([...words, 'jazz', '--source', 'mars'], { dataDir });
    const sources = /must be (?:one of: )?(.*)\./.exec(stderr)?.[1]?.split(', ') ?? [];
    expect(sources).toContain('sample');
    const { stdout } = await run([...words, '--help'], { dataDir });
    const help = /--source <name>([^-]*)/.exec(stdout)?.[1];
    for (const source of sources) expect(help).toContain(source);
  },
);
