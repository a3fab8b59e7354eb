/** docs/postgresql.md: jobs of a program of one's own on PostgreSQL. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDatabase, open, registerHooks } from '../platform/postgres_setup.ts';
import { folderWithPackage, removeFoldersWithPackage } from '../support/installed_package.ts';

// The package is packed and unpacked, on a machine that may be busy.
setDefaultTimeout(300_000);
registerHooks();
afterAll(removeFoldersWithPackage);

const PAGE = readFileSync(join(import.meta.dir, '../../docs/postgresql.md'), 'utf8');
const [, PROGRAM = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(PAGE) ?? [];

test('the program runs in a folder outside of the checkout, twice at once on one database', async () => {
  const folder = folderWithPackage();
  await Bun.write(join(folder, 'greet.ts'), PROGRAM);
  const address = await newDatabase();
  const env = { ...process.env, DATABASE_URL: address };
  const outputs = await Promise.all([start(folder, env), start(folder, env)]);
  for (const output of outputs)
    expect(output).toEqual({ code: 0, out: 'Good morning, Ada.\n', err: '' });
  const rows = await open(address).all('SELECT type, status, attempt FROM jobs');
  expect(rows).toEqual(Array(2).fill({ type: 'greet', status: 'completed', attempt: 1 }));
});

async function start(folder: string, env: Record<string, string | undefined>) {
  const child = Bun.spawn([process.execPath, 'greet.ts'], {
    cwd: folder,
    env,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err, code] = await Promise.all([
    Bun.readableStreamToText(child.stdout),
    Bun.readableStreamToText(child.stderr),
    child.exited,
  ]);
  return { code, out, err };
}
