/** `npm start` and `npm test` of a fresh clone: what they install, and what signals do to them. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { dependencies, devDependencies } from '../../package.json' with { type: 'json' };
import { freshCheckout, megabytesOf, removeCheckouts } from '../support/checkout.ts';
import { until } from '../support/wait.ts';

// Each starts npm, Bun and a server, on a machine that may be busy.
setDefaultTimeout(300_000);
const running = new Set<Bun.Subprocess>();

/** Ends what a test that failed has left; their servers then end by themselves. */
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  for (const child of running) await child.exited;
  removeCheckouts();
});

/** Of a checkout with its packages: 430 is the most that was ever allowed, and BullMQ with its clients takes 16. */
const MAX_MEGABYTES = 275;
/** Of the development packages, `@elysiajs/html` needs this one too. */
const NEEDED_BY_OTHERS = ['@kitajs/ts-html-plugin'];

/** Refuses every connection. */
const NO_REGISTRY = {
  BUN_CONFIG_REGISTRY: 'http://127.0.0.1:9',
  npm_config_registry: 'http://127.0.0.1:9',
};

/** The programs that start xgpt here. */
const RUNNERS = [...(Bun.which('npm') ? ['npm'] : []), 'bun'];

/** A folder for `PATH` with Bun as its only program. */
function folderWithBun(checkout: string): string {
  const folder = join(checkout, '../bin');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'bun'))) symlinkSync(process.execPath, join(folder, 'bun'));
  return folder;
}

/** The environment without what `npm test` has added to it. */
function plainEnv(checkout: string): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|XGPT_|NODE$)/.test(name));
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  const PATH = [folderWithBun(checkout), ...path].join(delimiter);
  return { ...Object.fromEntries(own), PATH, PORT: '0', XGPT_DATA_DIR: join(checkout, 'data') };
}

async function startWith(
  runner: string,
  checkout: string,
  { env = {}, prefix = [] }: { env?: Record<string, string>; prefix?: string[] } = {},
) {
  const child = Bun.spawn([...prefix, runner, 'start'], {
    cwd: checkout,
    env: { ...plainEnv(checkout), ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  running.add(child);
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) void collect(stream, output);
  const address = await until(
    'it listens',
    () => /xgpt is at (http:\S+)/.exec(output.text)?.[1],
    120_000,
  );
  expect((await fetch(address)).status).toBe(200);
  return { child, address, output: () => output.text };
}

async function collect(stream: ReadableStream<Uint8Array>, output: { text: string }) {
  const decoder = new TextDecoder();
  for await (const bytes of stream as unknown as AsyncIterable<Uint8Array>) {
    output.text += decoder.decode(bytes, { stream: true });
  }
}

async function portIsFree(address: string): Promise<void> {
  const isFree = async () => !(await fetch(address).catch(() => undefined));
  await until('the port is free', isFree, 60_000);
}

function packagesIn(checkout: string): string[] {
  const folder = join(checkout, 'node_modules');
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((own) => `${name}/${own}`) : [name],
  );
}

function setUp(checkout: string, words: string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([join(checkout, 'bin/setup'), ...words], {
    env: { ...plainEnv(checkout), ...env },
  });
  return { exitCode, output: `${stdout}${stderr}` };
}

test.each(RUNNERS)(
  'E2: %s start of a fresh clone installs what running needs, and serves',
  async (runner) => {
    const checkout = freshCheckout();
    const first = await startWith(runner, checkout);
    expect(first.output()).not.toMatch(/warn|blocked|notice|error/i);
    const installed = packagesIn(checkout);
    expect(installed).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    const unneeded = installed.filter((name) => name in devDependencies);
    expect(unneeded).toEqual(NEEDED_BY_OTHERS);
    expect(megabytesOf(checkout)).toBeLessThan(MAX_MEGABYTES);
    first.child.kill('SIGTERM');
    expect(await first.child.exited).toBe(0);

    const second = await startWith(runner, checkout, { env: NO_REGISTRY });
    expect(second.output()).not.toContain('Installing');
    expect(packagesIn(checkout)).toEqual(installed);
    second.child.kill('SIGTERM');
    expect(await second.child.exited).toBe(0);
  },
);

test('E2: the packages of the tests are added, and stay at the next start', () => {
  const checkout = freshCheckout();
  expect(setUp(checkout, [])).toEqual({
    exitCode: 0,
    output: 'Installing the packages of xgpt. This happens once.\n',
  });
  expect(packagesIn(checkout)).not.toContain('typescript');
  expect(setUp(checkout, ['--test'])).toEqual({ exitCode: 0, output: '' });
  const all = packagesIn(checkout);
  expect(all).toEqual(expect.arrayContaining(Object.keys(devDependencies)));
  for (const words of [[], ['--test']]) {
    expect(setUp(checkout, words, NO_REGISTRY)).toEqual({ exitCode: 0, output: '' });
    expect(packagesIn(checkout)).toEqual(all);
  }
});

describe('when the packages cannot be installed', () => {
  test('E2: the error of the installer is shown, with what to do', () => {
    const checkout = freshCheckout();
    const { exitCode, output } = setUp(checkout, [], { ...NO_REGISTRY, HOME: checkout });
    expect(exitCode).toBe(1);
    expect(output).toContain('ConnectionRefused downloading');
    expect(output).toEndWith(
      'Check the connection to the npm registry and the space on the disk, then try again.\n',
    );
    // What was left does not keep the next one from installing.
    expect(setUp(checkout, []).exitCode).toBe(0);
  });

  test('E2: a Bun that is too old does not install', async () => {
    const checkout = freshCheckout();
    const old = join(checkout, '../bin/bun');
    mkdirSync(join(checkout, '../bin'), { recursive: true });
    await Bun.write(old, '#!/bin/sh\n[ "$1" = --version ] && echo 1.2.2 || echo "old: $*"\n');
    Bun.spawnSync(['chmod', '+x', old]);
    for (const name of ['sh', 'dirname', 'readlink', 'sed', 'sort', 'head', 'rm']) {
      symlinkSync(Bun.which(name) ?? '', join(checkout, '../bin', name));
    }
    const { exitCode, output } = setUp(checkout, [], { PATH: join(checkout, '../bin') });
    const [version] = /\d[\d.]*/.exec(dependencies.bun) ?? [];
    // It fetches the version of package.json, which this one cannot.
    expect(output).toContain(`old: x bun@${version} install --frozen-lockfile`);
    expect(exitCode).toBe(1);
  });
});

test('bun.lock names no registry', async () => {
  const lock = await Bun.file(join(import.meta.dir, '../../bun.lock')).text();
  expect(lock).not.toMatch(/https?:/);
});

describe.each(RUNNERS)('%s start', (runner) => {
  const checkout = freshCheckout();

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)(
    'G12: drains and frees the port after %s',
    async (signal) => {
      const { child, address, output } = await startWith(runner, checkout);
      child.kill(signal);
      const code = await child.exited;
      // npm ends of the other two by itself. Then the server sees that its parent is gone.
      if (signal === 'SIGTERM' || signal === 'SIGINT') expect(code).toBe(0);
      await portIsFree(address);
      await until('it has shut down', () => output().includes('Shutting down.'));
    },
  );

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'G12: drains when the whole group gets %s, as from Ctrl-C, and npm passes it on again',
    async (signal) => {
      const group = { prefix: ['setsid'] };
      const { child, address, output } = await startWith(runner, checkout, group);
      const fields = new URLSearchParams({ username: 'aurora_lab', maxTweets: '10000' });
      const started = await fetch(`${address}api/scrape`, {
        method: 'POST',
        body: fields,
        headers: { accept: 'text/plain' },
      });
      const [id] = (await started.text()).split('\n');
      process.kill(-child.pid, signal);
      expect(await child.exited).toBe(0);
      await until('it has shut down', () => output().includes('Shutting down.'));
      const shown = Bun.spawnSync([join(checkout, 'bin/xgpt'), 'jobs', 'show', String(id)], {
        env: plainEnv(checkout),
      });
      expect(shown.stdout.toString()).toContain('queued');
    },
  );

  test('G12: ends with the exit code of the server', async () => {
    const child = Bun.spawn([runner, 'start'], {
      cwd: checkout,
      env: { ...plainEnv(checkout), PORT: 'abc' },
      stdout: 'ignore',
      stderr: 'ignore',
    });
    expect(await child.exited).toBe(2);
  });
});

test('G12: bin/xgpt worker drains after SIGTERM', async () => {
  const checkout = freshCheckout();
  expect(setUp(checkout, []).exitCode).toBe(0);
  const child = Bun.spawn([join(checkout, 'bin/xgpt'), 'worker'], {
    env: plainEnv(checkout),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  running.add(child);
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) void collect(stream, output);
  await until('it runs', () => output.text.includes('xgpt runs the jobs'), 120_000);
  child.kill('SIGTERM');
  expect(await child.exited).toBe(0);
  expect(output.text).toContain('Shutting down.');
});
