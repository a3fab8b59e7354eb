/**
 * Everything that has to hold, one step after the other; stops at the first that does not. Ends
 * with one line that says how many tests passed and failed.
 */
import { join } from 'node:path';
import { Glob } from 'bun';
import { fillModelCache } from './support/model_cache.ts';

const ROOT = join(import.meta.dir, '..');
const bin = (name: string) => [process.execPath, '--bun', join(ROOT, 'node_modules', '.bin', name)];

/**
 * How long a test may take that says nothing else, in ms. Many times what the slowest needs: a shared
 * machine stalls, and Bun answers a test that takes too long by ending Chromium for all after it.
 */
const PATIENCE_MS = 60_000;

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

console.log('\n# The model that tests embed with');
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
 * Runs side by side: those that drive Chromium mostly wait, and only one may unpack it. What
 * measures its process's memory has one of its own.
 */
function lanes(): string[][] {
  const files = [...new Glob('test/**/*.test.{ts,tsx}').scanSync(ROOT)].sort();
  const needsChromium = (file: string) =>
    file.startsWith('test/browser/') || file === 'test/routes/rubbish.test.ts';
  const measuresMemory = (file: string) => file === 'test/sources/archive_large.test.ts';
  const isOrdinary = (file: string) => !needsChromium(file) && !measuresMemory(file);
  return [needsChromium, measuresMemory, isOrdinary].map((belongs) => files.filter(belongs));
}

async function runTests(files: string[]) {
  const paths = files.map((file) => (file.startsWith('test/') ? `./${file}` : file));
  const { exitCode, output } = await run([
    process.execPath,
    'test',
    `--timeout=${PATIENCE_MS}`,
    ...paths,
  ]);
  const counted = {
    passed: countOf(output, 'pass'),
    failed: countOf(output, 'fail'),
    skipped: countOf(output, 'skip'),
  };
  // A run that broke off, or found no tests, has no failures to count.
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
    // Whole lines, because another run may be printing as well.
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

/** " 42 pass" as the runner prints it at its end. */
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
