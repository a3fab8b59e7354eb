import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { freshDataDir, stopServers } from '../support/server.ts';
import { jobsIn, run, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

const ROOT = join(import.meta.dir, '../..');

test('the example of docs/scripting.md works, and its job is kept', async () => {
  const page = await Bun.file(join(ROOT, 'docs/scripting.md')).text();
  const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const dataDir = freshDataDir();
  const script = join(dataDir, 'my_script.ts');
  await Bun.write(script, example);
  // The script lies outside of the checkout, where `xgpt` is installed.
  mkdirSync(join(dataDir, 'node_modules'));
  symlinkSync(ROOT, join(dataDir, 'node_modules/xgpt'));
  const child = Bun.spawn([process.execPath, script], {
    cwd: dataDir,
    env: { ...process.env, XGPT_DATA_DIR: dataDir },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  expect(await new Response(child.stdout).text()).toMatch(
    /^3 files written in \d+ ms by write-lines-[0-9a-f-]{36}\n$/,
  );
  expect(await new Response(child.stderr).text()).toBe('');
  expect(await Bun.file(join(dataDir, 'third.txt')).text()).toBe('third');
  const { stdout } = await run(['jobs', 'list', '--json'], { dataDir });
  expect(jobsIn(stdout)).toMatchObject([
    {
      status: 'completed',
      tracked: true,
      metadata: { query: 'my own lines' },
      progress: { current: 3, total: 3, message: 'Wrote third' },
    },
  ]);
});
