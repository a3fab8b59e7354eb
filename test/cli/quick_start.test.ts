import { afterAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { freshDataDir, stopServers } from '../support/server.ts';

afterAll(stopServers);

const ROOT = join(import.meta.dir, '../..');

/** The program in a process that fails as soon as it loads what is slow to load. */
async function withoutHeavyModules(...words: string[]) {
  const preload = join(ROOT, 'test/support/refuse_heavy_modules.ts');
  const main = join(ROOT, 'src/main.ts');
  const child = Bun.spawn([process.execPath, '--preload', preload, main, ...words], {
    cwd: ROOT,
    env: { ...process.env, XGPT_DATA_DIR: freshDataDir(), PORT: '0' },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  return { code: await child.exited, stderr: await new Response(child.stderr).text() };
}

test.each([[['--help']], [['jobs', 'list']], [['complete', '--', 'jobs', 'show', '']]])(
  '%p loads neither the web side nor the model nor an operation',
  async (words) => {
    expect((await withoutHeavyModules(...words)).code).toBe(0);
  },
  120_000,
);

test('a scrape loads the operations, and a server loads the web routes', async () => {
  const scrape = await withoutHeavyModules('scrape', 'aurora_lab');
  expect(scrape.stderr).toMatch(/src\/operations\/\w+\/\w+\.ts was loaded/);
  expect((await withoutHeavyModules('serve')).stderr).toContain('was loaded');
}, 600_000);
