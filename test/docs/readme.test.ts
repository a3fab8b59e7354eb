/** Runs every block of README.md as it is printed, in a fresh checkout. Only the port differs. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { accountFiles, manyTweets, part, writeZip } from '../support/archive_fixture.ts';
import { freshCheckout, removeCheckouts } from '../support/checkout.ts';
import { CACHED_MODEL, FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';
import { until } from '../support/wait.ts';

setDefaultTimeout(300_000);

const ROOT = join(import.meta.dir, '../..');
const README = await Bun.file(join(ROOT, 'README.md')).text();

const MAX_FIRST_JOB_MS = 120_000;

interface Block {
  language: string;
  /** The file it is to be saved as. */
  file: string;
  code: string;
}

/** Also those within a list, which are indented. */
const blocks: Block[] = [...README.matchAll(/^( *)```(\w+) ?(\S*)\n([\s\S]*?)^\1```$/gm)].map(
  ([, indent = '', language = '', file = '', code = '']) => ({
    language,
    file,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }),
);

const checkout = freshCheckout();
const home = mkdtempSync(join(tmpdir(), 'xgpt-home-'));
let server: Bun.Subprocess<'ignore', 'pipe', 'pipe'>;
let port: number;
let startedAt: number;
let log = '';

/** The block that has this text. */
function blockWith(text: string): Block {
  const found = blocks.filter(({ code }) => code.includes(text));
  expect(found).toHaveLength(1);
  return found[0] as Block;
}

function here(code: string): string {
  return code.replaceAll('localhost:3000', `localhost:${port}`);
}

/** As a newcomer has it, with a stand-in for each program that this machine lacks. */
function env(): Record<string, string | undefined> {
  const bin = join(home, 'bin');
  mkdirSync(bin, { recursive: true });
  if (!existsSync(join(bin, 'bun'))) symlinkSync(process.execPath, join(bin, 'bun'));
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|XGPT_|NODE$)/.test(name));
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(own), PATH: [...path, bin].join(delimiter), PORT: `${port}` };
}

async function standIn(name: string, script: string): Promise<void> {
  if (Bun.which(name)) return;
  const path = join(home, 'bin', name);
  await Bun.write(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** Runs a block at once, as if it were pasted; each line has to succeed. */
async function pasted(code: string, extra: Record<string, string> = {}) {
  const child = Bun.spawn(['sh', '-e', '-c', here(code)], {
    cwd: checkout,
    env: { ...env(), ...extra },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect([await child.exited, stderr]).toEqual([0, expect.any(String)]);
  return { stdout, stderr };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

beforeAll(async () => {
  await fillModelCache();
  cpSync(CACHED_MODEL, join(checkout, 'data/models', CACHED_MODEL.split('/').at(-1) ?? ''), {
    recursive: true,
  });
  port = await freePort();
  env();
  await standIn('npm', 'exec bun "$@"');
  await standIn('npx', 'exec "$@"');
  await standIn('curl', `exec bun '${join(ROOT, 'test/support/curl.ts')}' "$@"`);
  startedAt = performance.now();
  server = Bun.spawn(['sh', '-c', blockWith('npm start').code], {
    cwd: checkout,
    env: env(),
    // A group of its own, so that the signal reaches npm too, as Ctrl-C does.
    detached: true,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  for (const stream of [server.stdout, server.stderr]) void readLog(stream);
  await until('it listens', () => log.includes(`xgpt is at http://127.0.0.1:${port}`), 120_000);
}, FETCH_TIMEOUT_MS);

afterAll(async () => {
  if (server) process.kill(-server.pid, 'SIGTERM');
  await server?.exited;
  await until('it has shut down', () =>
    fetch(`http://localhost:${port}`).then(
      () => false,
      () => true,
    ),
  );
  removeCheckouts();
  rmSync(home, { recursive: true, force: true });
});

async function readLog(stream: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream as unknown as AsyncIterable<Uint8Array>) {
    log += decoder.decode(bytes, { stream: true });
  }
}

test('E1: the first job is done within two minutes of npm start', async () => {
  const page = await (await fetch(`http://localhost:${port}/`)).text();
  const [, button = ''] = /press \*\*(.+?)\*\*/.exec(README) ?? [];
  expect(page).toContain(button);
  const form = page.split('<form').find((one) => one.includes(button)) ?? '';
  const [, action = ''] = /action="([^"]+)"/.exec(form) ?? [];
  const fields = [...form.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)];
  const input = new URLSearchParams(fields.map(([, name = '', value = '']) => [name, value]));
  const start = await fetch(`http://localhost:${port}${action}`, { method: 'POST', body: input });
  const job = await until('it is done', async () => {
    const answer = await fetch(`http://localhost:${port}/api${start.headers.get('location')}`, {
      headers: { accept: 'application/json' },
    });
    const { job } = (await answer.json()) as { job: { status: string } };
    return job.status === 'completed';
  });
  expect(job).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(MAX_FIRST_JOB_MS);
});

test('E1: every block is run', () => {
  const run = ['npm start', 'import ~/Downloads', 'bin/xgpt scrape', 'curl -i', 'npm test'];
  const shell = blocks.filter(({ language }) => language === 'sh');
  expect(shell).toEqual(run.map(blockWith));
  const scripts = blocks.filter(({ language }) => language === 'ts');
  expect(scripts.map(({ file }) => file)).toEqual(['my_job.ts', 'client.ts']);
  expect(shell.length + scripts.length).toBe(blocks.length);
});

test('E1: the terminal block finds posts about music, and shows and cancels jobs', async () => {
  const { stdout } = await pasted(blockWith('bin/xgpt scrape').code);
  expect(stdout).toContain('200 posts of @aurora_lab');
  expect(stdout).toMatch(/\d+ vectors/);
  const found = stdout.split(/\n(?=@)/).filter((post) => post.includes('similarity'));
  expect(found).toHaveLength(3);
  for (const post of found) expect(post).toContain('#jazz');
  expect(stdout).toMatch(/embed +all-MiniLM-L6-v2 +completed/);
  expect(stdout).toMatch(/scrape @aurora_lab \(\w+\) (was cancelled|is cancelling)\./);
});

test('E1: every find of the terminal block finds posts', async () => {
  const { code } = blockWith('bin/xgpt scrape');
  const finds = code.split('\n').filter((line) => line.startsWith('bin/xgpt find'));
  expect(finds).toHaveLength(3);
  for (const line of finds) {
    const [command = ''] = line.split(/ > | +#/);
    const { stdout } = await pasted(`${command.replace(/ --(csv|save \w+)/g, '')} --json`);
    expect([command, stdout]).not.toEqual([command, '']);
  }
  const exported = await Bun.file(join(checkout, 'sky.csv')).text();
  expect(exported.trim().split('\n').length).toBeGreaterThan(1);
});

test('E1: an archive is imported and embedded', async () => {
  mkdirSync(join(home, 'Downloads'), { recursive: true });
  const files = { ...accountFiles(), 'data/tweets.js': part('tweets.part0', manyTweets(12)) };
  await writeZip(join(home, 'Downloads/twitter-archive.zip'), files);
  const { stdout } = await pasted(blockWith('import ~/Downloads').code, { HOME: home });
  expect(stdout).toMatch(/12 posts of @aurora_lab/);
  expect(stdout).toMatch(/\d+ vectors/);
});

test('E1: the curl block starts jobs, shows progress and finds posts', async () => {
  const { stdout } = await pasted(blockWith('curl -i').code);
  expect(stdout).toMatch(/^HTTP\/1.1 202 /);
  expect(stdout).toMatch(/^location: \/jobs\/scrape-/im);
  expect(stdout).toContain('completed');
  expect(
    stdout.match(/ sample( {2}(?:found by|similarity) .+)?\n/g)?.length,
  ).toBeGreaterThanOrEqual(3);
  expect(stdout).toMatch(/ sample( {2}(?:found by|similarity) .+)?\n {2}.*jazz/i);
});

describe('the TypeScript', () => {
  const scripts = blocks.filter(({ language }) => language === 'ts');

  beforeAll(async () => {
    for (const { file, code } of scripts) await Bun.write(join(checkout, file), here(code));
  });

  test('E1: shows what it has done', async () => {
    expect((await pasted('npx bun my_job.ts')).stdout).toBe('completed\n');
    expect((await pasted('npx bun client.ts')).stdout).toBe('100 posts\n');
  });

  test('E1: compiles under strict', async () => {
    expect((await pasted('bin/setup --test')).stdout).toBe('');
    const config = { extends: './tsconfig.json', include: scripts.map(({ file }) => file) };
    await Bun.write(join(checkout, 'blocks.json'), JSON.stringify(config));
    const { stdout } = await pasted(
      'npx bun --bun node_modules/typescript-7/bin/tsc -p blocks.json || true',
    );
    expect(stdout).toBe('');
  });
});

test('E11: the tests of one folder run alone, and a closing line counts them', async () => {
  const { code } = blockWith('npm test');
  const [all, one = ''] = code.trim().split('\n');
  // The whole is what runs now.
  expect(all).toStartWith('npm test ');
  const { stdout, stderr } = await pasted(one);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^[1-9]\d* passed, 0 failed/);
  expect(stderr).not.toContain('test/web/');
});
