import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../..');

async function run(script: string, ...words: string[]) {
  const child = Bun.spawn([process.execPath, join(ROOT, script), ...words], {
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { stdout, stderr, code: await child.exited };
}

describe.each([
  ['cluster', 'test/cluster/play.ts'],
  ['chaos', 'test/chaos/chaos.ts'],
  ['bench', 'bench/report.ts'],
])('bun run %s', (name, script) => {
  test('--help prints its options', async () => {
    const { code, stdout, stderr } = await run(script, '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`bun run ${name} `);
  });

  test('refuses an option that it does not have', async () => {
    const { code, stderr } = await run(script, '--nodes', '3');
    expect(code).toBe(2);
    expect(stderr).toStartWith("Unknown option '--nodes'");
    expect(stderr).toContain(`bun run ${name} `);
    expect(stderr).not.toContain('node:util');
  });
});

test.each([
  [['--servers', '0'], '--servers must be a whole number from 1 on (is "0").'],
  [['--workers', 'many'], '--workers must be a whole number from 0 on (is "many").'],
  [['--queue', 'kafka'], '--queue must be redis or postgres (is "kafka").'],
])('bun run cluster %j starts nothing', async (words, problem) => {
  const { code, stdout, stderr } = await run('test/cluster/play.ts', ...words);
  expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', problem]);
});
