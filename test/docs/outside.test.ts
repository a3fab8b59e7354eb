/** What README.md and docs/ show in TypeScript, in a program outside of the checkout. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { IS_LONG } from '../support/length.ts';
import { freshDataDir, stopServers } from '../support/server.ts';
import { TSC, TSC_5_9 } from '../support/tsc.ts';

// The compiler reads the whole program, on a machine that may be busy.
setDefaultTimeout(300_000);

const ROOT = join(import.meta.dir, '../..');

/** What the program has installed besides `xgpt`. */
const PACKAGES = ['@elysiajs/eden', '@kitajs/html', '@types/bun', '@types/node', 'elysia', 'zod'];

const OPTIONS = {
  target: 'ESNext',
  module: 'Preserve',
  strict: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  types: ['bun'],
};

/** `xgpt/api` reads the views too. */
const JSX = { jsx: 'react-jsx', jsxImportSource: '@kitajs/html', skipLibCheck: true };

const blocks = ['README.md', ...new Bun.Glob('docs/*.md').scanSync(ROOT)].flatMap((page) =>
  [
    ...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts(?: ([^/\s]+))?\n([\s\S]*?)^```$/gm),
  ].map(([, given, code = ''], index) => ({
    page,
    code,
    name: given ?? `${page.replace(/\W/g, '_')}_${index}.ts`,
  })),
);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xgpt-outside-'));
  // A dependency on a folder is installed as a link to it.
  const install = (name: string, target: string) => {
    const path = join(folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  };
  install('xgpt', ROOT);
  for (const name of PACKAGES) install(name, join(ROOT, 'node_modules', name));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterAll(stopServers);

async function write(name: string, code: string): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, code.replaceAll("'./src/", `'${ROOT}/src/`));
  return path;
}

async function compile(tsc: string[], files: string[], options: object): Promise<string> {
  const config = join(folder, `${crypto.randomUUID()}.json`);
  await Bun.write(config, JSON.stringify({ compilerOptions: { ...OPTIONS, ...options }, files }));
  const child = Bun.spawn([...tsc, '-p', config], { stdout: 'pipe' });
  return new Response(child.stdout).text();
}

async function run(file: string, env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, file], {
    cwd: folder,
    env: { ...process.env, XGPT_DATA_DIR: freshDataDir(), ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, stdout, stderr };
}

describe('G2: outside of the checkout', () => {
  test('every block of TypeScript compiles under `strict`', async () => {
    expect(blocks.length).toBeGreaterThanOrEqual(9);
    const files = await Promise.all(blocks.map(({ name, code }) => write(name, code)));
    const typed = await write(
      'typed.ts',
      `import { createTracker } from 'xgpt/jobs';
       const tracker = createTracker();
       await tracker.createJob('tidy');
       await tracker.enqueue('scrape', { username: 'aurora_lab' });
       // @ts-expect-error There is no such type.
       await tracker.enqueue('scrap', {});`,
    );
    expect(await compile(TSC, [...files, typed], JSX)).toBe('');
  });

  // It takes half a minute of a processor.
  test.if(IS_LONG)('and with TypeScript 5.9', async () => {
    const files = await Promise.all(blocks.map(({ name, code }) => write(name, code)));
    expect(await compile(TSC_5_9, files, JSX)).toBe('');
  });

  test('the tracker and the client compile where no types are declared, with all libraries checked', async () => {
    const bare = await write(
      'bare.ts',
      `import { createTracker, type JobType } from './src/jobs/index.ts';
       import { runCommand } from './src/cli/run_command.ts';
       const type: JobType = 'scrape';
       const job = await createTracker().createJob('scrape', { username: 'aurora_lab' });
       await job.updateProgress(1, 2, 'Half way');
       await runCommand(async () => ({ success: true }), { name: type });`,
    );
    const watching = await write(
      'watching.ts',
      `import { createClient } from 'xgpt/client';
       for await (const event of createClient().watch({ session: 'night' })) console.log(event);`,
    );
    expect(await compile(TSC, [bare], { skipLibCheck: false })).toBe('');
    expect(await compile(TSC, [watching], {})).toBe('');
  });
});

test('G9: docs/scripting.md defines a type of one’s own in 20 lines, and its job completes', async () => {
  const { code = '' } = blocks.find((block) => block.code.includes('defineJob<')) ?? {};
  const upToEnqueue = code.slice(0, code.indexOf('while ('));
  expect(upToEnqueue.split('\n').filter((line) => line.trim()).length).toBeLessThanOrEqual(20);
  const { code: exit, stdout } = await run(await write('own_type.ts', code), {
    XGPT_LOG_LEVEL: '',
  });
  expect(Bun.inspect({ counted: 5 })).toBe(stdout.trim());
  expect(exit).toBe(0);
});
