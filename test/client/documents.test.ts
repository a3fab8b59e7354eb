import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';

// Servers and streams, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopServers);

const ROOT = join(import.meta.dir, '../..');

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startServer(undefined, { XGPT_SAMPLE_PAGE_MS: '700' });
  folder = freshDataDir();
  const client = await fetch(`${server.url}/assets/client.js`);
  expect(client.headers.get('content-type')).toStartWith('text/javascript');
  const source = await client.text();
  // Where the program lies is nobody's business.
  expect(source).not.toMatch(/client\/\w+\.ts/);
  await Bun.write(join(folder, 'client.js'), source);
  // Node 20 has no other way to know that the file is a module.
  await Bun.write(join(folder, 'package.json'), '{ "type": "module" }');
});

/** The code that follows `<!-- name -->` in the document. */
async function codeOf(name: string): Promise<string> {
  const document = await Bun.file(join(ROOT, 'docs/client.md')).text();
  const code = new RegExp(`<!-- ${name} -->\n\`\`\`\\w+\n([^]*?)\n\`\`\``).exec(document)?.[1];
  if (!code) throw new Error(`docs/client.md has no ${name}.`);
  return code;
}

async function run(command: string[], env: Record<string, string> = {}) {
  const child = Bun.spawn(command, {
    cwd: folder,
    env: { ...process.env, XGPT_URL: server.url, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, lines: stdout.trimEnd().split('\n'), stderr };
}

describe('the script of docs/client.md', () => {
  beforeAll(async () => {
    await Bun.write(join(folder, 'script.mjs'), `${await codeOf('script.mjs')}\n`);
  });

  for (const runtime of ['node', process.execPath]) {
    const name = runtime === 'node' ? 'Node' : 'Bun';

    test(`runs on ${name}, follows its jobs, and exits`, async () => {
      const { code, lines, stderr } = await run([runtime, 'script.mjs']);
      expect(stderr).toBe('');
      expect(lines[0]).toBe('loading  ');
      expect(lines.some((line) => line.startsWith('running'))).toBeTrue();
      expect(lines.at(-2)).toStartWith('completed 100');
      expect(lines.at(-1)).toBe('60 posts of aurora_lab, 20 on jazz.');
      expect(code).toBe(0);
    });

    test(`reports on ${name} that there is no response`, async () => {
      const { code, stderr } = await run([runtime, 'script.mjs'], {
        XGPT_URL: 'http://127.0.0.1:1',
      });
      expect(stderr).toStartWith('unreachable No response from http://127.0.0.1:1/.');
      expect(code).toBe(1);
    });
  }
});

test.each(['node', process.execPath])(
  'FEATURES 42: the script of docs/client.md that sets queues runs on %s',
  async (runtime) => {
    await Bun.write(join(folder, 'queues.mjs'), `${await codeOf('queues.mjs')}\n`);
    const { code, lines, stderr } = await run([runtime, 'queues.mjs']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines[0]).toMatch(/^paused at \d{4}-\S+Z, 0 waiting$/);
    expect(lines).toContain('scrape: 0 running, 2 at once');
    const { types } = await server.json<{ types: object[] }>('/api/types');
    for (const type of types) expect(type).not.toHaveProperty('pausedAt');
  },
);

test('FEATURES 45: the watching script of docs/client.md prints the jobs that end', async () => {
  await Bun.write(join(folder, 'watch.mjs'), `${await codeOf('watch.mjs')}\n`);
  const child = Bun.spawn(['node', 'watch.mjs'], {
    cwd: folder,
    env: { ...process.env, XGPT_URL: server.url },
    stdout: 'pipe',
  });
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  // A job that ends before that is none of those that it prints.
  expect((await output.read()).value).toBe('watching\n');
  await server.start('scrape', { username: 'aurora_lab', maxTweets: '20' });
  expect((await output.read()).value).toBe('scrape completed\n');
  expect(await child.exited).toBe(0);
});

test('the store of docs/client.md follows its job from start to end', async () => {
  const name = `${crypto.randomUUID()}.ts`;
  // Where `xgpt/client` is found by its name.
  const file = join(ROOT, 'node_modules/.cache', name);
  await Bun.write(file, await codeOf('store.ts'));
  const { code, lines, stderr } = await run([process.execPath, file]);
  await Bun.file(file).delete();
  expect(stderr).toBe('');
  expect(lines[0]).toBe('Waiting in the queue');
  expect(lines.some((line) => / %\)$/.test(line))).toBeTrue();
  expect(lines.at(-1)).toMatch(/^40 posts, \d+ of them new$/);
  expect(code).toBe(0);
});
