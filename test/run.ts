/**
 * Everything that has to hold, one step after the other; stops at the first that does not. Ends
 * with one line that says how many tests passed and failed.
 */
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '..');
const bin = (name: string) => [process.execPath, '--bun', join(ROOT, 'node_modules', '.bin', name)];

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

console.log('\n# Tests');
const { exitCode, output } = await run([process.execPath, 'test', ...process.argv.slice(2)]);
const counted = {
  passed: countOf(output, 'pass'),
  failed: countOf(output, 'fail'),
  skipped: countOf(output, 'skip'),
};
// A run that broke off, or found no tests, has no failures to count.
if (exitCode !== 0 && counted.failed === 0) counted.failed = 1;
finish(counted);

async function run(command: string[]): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn(command, {
    cwd: ROOT,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'pipe',
    env: { ...process.env, NO_COLOR: '1' },
  });
  let output = '';
  for await (const chunk of child.stderr.pipeThrough(
    new TextDecoderStream(),
  ) as unknown as AsyncIterable<string>) {
    process.stderr.write(chunk);
    output += chunk;
  }
  return { exitCode: await child.exited, output };
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
