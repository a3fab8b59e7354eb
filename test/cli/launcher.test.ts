import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json' with { type: 'json' };
import { freshCheckout, removeCheckouts } from '../support/checkout.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { run, type start, startWith, stopCommands, XGPT } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);
afterAll(removeCheckouts);

/** The address that a server prints, and the page there. */
async function addressOf({ stdout }: ReturnType<typeof start>): Promise<string> {
  const address = await until('it listens', () => /http:\S+/.exec(stdout())?.[0]);
  const page = await fetch(address, { headers: { accept: 'text/html' } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<h1')]);
  return address;
}

describe('from any folder', () => {
  const elsewhere = freshDataDir();
  const run = { dataDir: './mine', cwd: elsewhere, env: { PORT: '0' } };

  async function stopped(server: ReturnType<typeof start>) {
    server.child.kill('SIGTERM');
    expect((await server.ended()).code).toBe(0);
  }

  test('F11: bin/xgpt runs through links, with a data folder of that folder', async () => {
    symlinkSync(XGPT, join(elsewhere, 'first'));
    symlinkSync('first', join(elsewhere, 'xgpt'));
    const scrape = startWith([join(elsewhere, 'xgpt')], ['scrape', 'aurora_lab'], run);
    expect((await scrape.ended()).code).toBe(0);
    expect(existsSync(join(elsewhere, 'mine', 'xgpt.sqlite'))).toBe(true);
    const server = startWith([join(elsewhere, 'xgpt')], [], run);
    await addressOf(server);
    await stopped(server);
  });

  test.each(['off', 'on'])('F11: bun runs src/main.ts, compiled code %s', async (cache) => {
    const env = { ...run.env, XGPT_CODE_CACHE: cache };
    const command = [process.execPath, join(XGPT, '../../src/main.ts')];
    const list = startWith(command, ['jobs', 'list', '--json'], { ...run, env });
    expect((await list.ended()).code).toBe(0);
    const server = startWith(command, [], { ...run, env });
    const address = await addressOf(server);
    for (const page of ['scrape', 'jobs', 'posts', 'docs/api']) {
      expect((await fetch(address + page)).status, page).toBe(200);
    }
    await stopped(server);
  });

  test('F11: bun runs src/main.ts where another JSX is set, and within the checkout', async () => {
    const other = { compilerOptions: { jsx: 'react', jsxFactory: 'h', jsxImportSource: 'preact' } };
    await Bun.write(join(elsewhere, 'react/tsconfig.json'), JSON.stringify(other));
    for (const cwd of [join(elsewhere, 'react'), join(XGPT, '../../views')]) {
      const env = { ...run.env, XGPT_CODE_CACHE: 'off' };
      const command = [process.execPath, join(XGPT, '../../src/main.ts')];
      const server = startWith(command, [], { dataDir: freshDataDir(), cwd, env });
      await addressOf(server);
      await stopped(server);
    }
  });
});

test('F11: a checkout whose path has spaces runs from elsewhere, by its path, a link and npm', async () => {
  const checkout = freshCheckout();
  const elsewhere = freshDataDir();
  const run = { dataDir: freshDataDir(), cwd: elsewhere, env: { PORT: '0' } };
  expect((await startWith([join(checkout, 'bin/setup')], [], run).ended()).code).toBe(0);
  symlinkSync(join(checkout, 'bin/xgpt'), join(elsewhere, 'xgpt'));
  const npm = Bun.which('npm') ? [['npm', '--prefix', checkout, 'start']] : [];
  for (const command of [[join(checkout, 'bin/xgpt')], [join(elsewhere, 'xgpt')], ...npm]) {
    const server = startWith(command, [], run);
    await addressOf(server);
    server.child.kill('SIGTERM');
    expect((await server.ended()).code).toBe(0);
  }
});

test('names the command that sets up a fresh checkout', async () => {
  const checkout = freshCheckout();
  const { code, stderr } = await startWith([join(checkout, 'bin/xgpt')], ['jobs', 'list'], {
    dataDir: freshDataDir(),
  }).ended();
  expect(stderr).toBe(`xgpt is not set up yet. Run this first: '${checkout}/bin/setup'\n`);
  expect(code).toBe(1);
});

/** Without what moves between two runs. */
function withoutAge({ code, stdout }: { code: number; stdout: string }) {
  return { code, stdout: stdout.replace(/ +(just now|\d+ \w+ ago)$/gm, '') };
}

describe('a group of commands', () => {
  test('E3: jobs lists the jobs as jobs list does, with its options', async () => {
    const dataDir = freshDataDir();
    await run(['scrape', 'aurora_lab', '--max', '20'], { dataDir });
    await run(['search', 'jazz', '--max', '20'], { dataDir });
    for (const options of [[], ['--type', 'search'], ['--json'], ['--limit', '1', '--json']]) {
      const listed = await run(['jobs', 'list', ...options], { dataDir });
      expect(listed.stdout).not.toBe('');
      expect(withoutAge(await run(['jobs', ...options], { dataDir }))).toEqual(withoutAge(listed));
    }
    expect((await run(['jobs', '--limit', 'x'], { dataDir })).code).toBe(2);
  });

  test('E3: users lists the profiles as users list does', async () => {
    const dataDir = freshDataDir();
    await run(['users', 'discover', 'jazz', '--max', '5'], { dataDir });
    const listed = await run(['users', 'list', '--limit', '2'], { dataDir });
    expect(listed.stdout).not.toBe('');
    expect(await run(['users', '--limit', '2'], { dataDir })).toEqual(listed);
  });

  test.each(['jobs', 'users'])('E3: %s shows its help, and refuses other words', async (group) => {
    const dataDir = freshDataDir();
    for (const option of ['--help', '-h', 'help']) {
      const { code, stdout } = await run([group, option], { dataDir });
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Examples:') });
      expect(stdout).toStartWith(`Usage: xgpt ${group} [options] [command]`);
      expect(stdout).toContain('(the default)');
    }
    const { code, stderr } = await run([group, 'lisst'], { dataDir });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("'lisst'") });
    expect(stderr).toContain('Did you mean list?');
  });
});

test('help shows examples for every command, and the exit codes', async () => {
  const dataDir = freshDataDir();
  const commands = [
    'serve',
    'worker',
    'scrape',
    'search',
    'embed',
    'users',
    'users discover',
    'import',
  ];
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
