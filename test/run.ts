/**
 * Runs all checks and tests; stops at the first check that fails. The last line of its output is the
 * number of passed and failed tests.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Glob } from 'bun';
import { fillModelCache } from './support/model_cache.ts';

const ROOT = join(import.meta.dir, '..');
const bin = (name: string) => [process.execPath, '--bun', join(ROOT, 'node_modules', '.bin', name)];

/**
 * Timeout of tests that set none, in ms. Many times what the slowest test needs: a shared machine may
 * stall, and when a test times out, Bun ends Chromium for all later tests.
 */
const TIMEOUT_MS = 60_000;

const CHECKS = [
  { name: 'Format and lint', command: [...bin('biome'), 'ci', '--colors=off', '.'] },
  { name: 'Types', command: [...bin('tsc'), '--noEmit'] },
  { name: 'Markup is escaped', command: bin('xss-scan') },
];

for (const { name, command } of CHECKS) {
  console.log(`\n# ${name}`);
  const { exitCode } = await run(command);
  if (exitCode !== 0) finish({ passed: 0, failed: 1, skipped: 0 });
}

console.log('\n# The embedding model of the tests');
await fillModelCache();

console.log('\n# Tests');
const given = process.argv.slice(2);
const counts = await Promise.all((given.length > 0 ? [given] : lanes()).map(runTests));
finish({
  passed: sum(counts.map(({ passed }) => passed)),
  failed: sum(counts.map(({ failed }) => failed)),
  skipped: sum(counts.map(({ skipped }) => skipped)),
});

/**
 * Groups of files that run in parallel, each in its own process. The tests with Chromium mostly wait,
 * and only one process may unpack it. The test that measures memory needs a process to itself.
 */
function lanes(): string[][] {
  const files = [...new Glob('test/**/*.test.{ts,tsx}').scanSync(ROOT)].sort();
  const needsChromium = (file: string) =>
    readFileSync(join(ROOT, file), 'utf8').includes('support/browser.ts');
  const measuresMemory = (file: string) => file === 'test/sources/archive_large.test.ts';
  const isOrdinary = (file: string) => !needsChromium(file) && !measuresMemory(file);
  return [needsChromium, measuresMemory, isOrdinary].map((belongs) => files.filter(belongs));
}

async function runTests(files: string[]) {
  const paths = files.map((file) => (file.startsWith('test/') ? `./${file}` : file));
  const { exitCode, output } = await run([
    process.execPath,
    'test',
    `--timeout=${TIMEOUT_MS}`,
    ...paths,
  ]);
  const counted = {
    passed: countOf(output, 'pass'),
    failed: countOf(output, 'fail'),
    skipped: countOf(output, 'skip'),
  };
  // A run that was interrupted, or found no tests, reports no failures.
  if (exitCode !== 0 && counted.failed === 0) counted.failed = 1;
  return counted;
}

async function run(command: string[]): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn(command, {
    cwd: ROOT,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'pipe',
    env: { ...process.env, NO_COLOR: '1' },
  });
  let output = '';
  let line = '';
  for await (const chunk of child.stderr.pipeThrough(
    new TextDecoderStream(),
  ) as unknown as AsyncIterable<string>) {
    output += chunk;
    // Whole lines only, because other runs print at the same time.
    const whole = (line + chunk).lastIndexOf('\n') + 1;
    process.stderr.write((line + chunk).slice(0, whole));
    line = (line + chunk).slice(whole);
  }
  process.stderr.write(line);
  return { exitCode: await child.exited, output };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The number in " 42 pass", as the test runner prints it at its end. */
function countOf(output: string, word: string): number {
  const lines = [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}$`, 'gm'))];
  return Number(lines.at(-1)?.[1] ?? 0);
}

function finish({
  passed,
  failed,
  skipped,
}: Record<'passed' | 'failed' | 'skipped', number>): never {
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exit(failed > 0 ? 1 : 0);
}
