/**
 * Runs all checks and tests, or the tests of given files and folders. A check that fails ends the run
 * before the tests. The last line of its output is the number of passed and failed tests.
 *
 * With `--queues`, it runs those that also run on PostgreSQL, with BullMQ on Redis and on PostgreSQL.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Glob } from 'bun';
import { unpackChromium } from './support/browser.ts';
import { IS_LONG } from './support/length.ts';
import { fillModelCache } from './support/model_cache.ts';
import { type PostgresServer, SERVER_VARIABLE, startPostgres } from './support/postgres/server.ts';
import { prepareTemplates } from './support/postgres/templates.ts';
import { compileProgram } from './support/program_copy.ts';
import { findRedis } from './support/redis/server.ts';
import { TSC } from './support/tsc.ts';

const ROOT = join(import.meta.dir, '..');
const bin = (name: string) => [process.execPath, '--bun', join(ROOT, 'node_modules', '.bin', name)];

/**
 * Timeout of tests that set none, in ms. Many times what the slowest test needs: a shared machine may
 * stall, and when a test times out, Bun 1.4.4 ends every process that its file has started.
 */
const TIMEOUT_MS = 120_000;

/** How many files run at once: tests mostly wait for servers and browsers. */
const FILES_AT_ONCE = availableParallelism() + 3;

/** How long each file took, so that long ones start first. `UPDATE_TIMINGS=1` writes it anew. */
const TIMINGS = 'test/timings.json';

/** The tests that also run on PostgreSQL, and those among them that are about one database, or none. */
const ON_POSTGRES = {
  of: 'test/{jobs,schedules}/**/*.test.ts',
  except: [
    'test/jobs/store/sqlite/',
    'test/jobs/queue/',
    'test/schedules/cron.test.ts',
    'test/schedules/postgres_nodes.test.ts',
  ],
};

/** It measures the memory of its own process. */
const MEASURES_MEMORY = 'test/sources/archive_large.test.ts';

/**
 * Most processes of tests end before what the last of JavaScriptCore's compilers makes of their code has paid for
 * its work: without it they take 10 to 30 % less processor time.
 */
const COMPILERS = IS_LONG ? {} : { BUN_JSC_useFTLJIT: '0' };

const NUMBER_OF_SLOWEST = 20;

/** Of each failure, so that a log of which only the end is kept says what was wrong. */
const MAX_FAILURE_LINES = 40;

type Queue = 'redis' | 'postgres';

/** See `job_database.ts` and `job_queue.ts` in `test/support`. */
interface Servers {
  XGPT_TEST_DATABASE?: 'postgres';
  XGPT_TEST_QUEUE?: Queue;
}

let server: PostgresServer | undefined;

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => {
    // The database server ends by itself, and deletes its files.
    for (const pid of descendantsOf(process.pid, server?.pid)) end(pid);
    process.exit(exitCode);
  });
}

const CHECKS = [
  { name: 'Format and lint', command: [...bin('biome'), 'ci', '--colors=off', '.'] },
  { name: 'Types', command: [...TSC, '--noEmit'] },
  { name: 'Markup is escaped', command: bin('xss-scan') },
];

const given = process.argv.slice(2);
const isQueues = given[0] === '--queues';
if (given.length === 0) {
  console.log(`\n# ${CHECKS.map(({ name }) => name).join(', ')}`);
  console.log('# The embedding model, the browser, the compiled program, the servers of the tests');
  // Half of the one waits for the network and the disk, while the other computes.
  const prepared = prepare();
  const checks = await Promise.all(CHECKS.map(({ command }) => run(command)));
  const isPrepared = await prepared;
  if (!isPrepared || checks.some(({ exitCode }) => exitCode !== 0))
    await finish({ passed: 0, failed: 1, skipped: 0 });
} else if (isQueues || process.env.XGPT_TEST_DATABASE) await startServer();

console.log('\n# Tests');
const runs = await Promise.all(runsOf(given));
printSlowest(runs.map(({ output }) => output).join('\n'));
for (const { output } of runs) printFailures(output);
await finish({
  passed: sum(runs.map(({ passed }) => passed)),
  failed: sum(runs.map(({ failed }) => failed)),
  skipped: sum(runs.map(({ skipped }) => skipped)),
});

/** @returns false when the program cannot be compiled. */
async function prepare(): Promise<boolean> {
  await fillModelCache();
  await unpackChromium();
  // Two files need it, at once.
  await findRedis();
  await startServer();
  // Otherwise the first server does it, beside the tests, whose processes take twice as much until then.
  const { exitCode, stderr } = compileProgram(ROOT);
  if (exitCode !== 0) console.error(stderr.toString());
  return exitCode === 0;
}

function runsOf(given: string[]): ReturnType<typeof runTests>[] {
  const onPostgres = (queue?: Queue) =>
    // In one process, which keeps its databases from file to file: half the work.
    runTests(filesOnPostgres(), [], {
      XGPT_TEST_DATABASE: 'postgres',
      ...(queue && { XGPT_TEST_QUEUE: queue }),
    });
  if (isQueues) return [onPostgres('redis'), onPostgres('postgres')];
  if (given.length > 0) return [runTests(given, [])];
  return [runTests([MEASURES_MEMORY], []), runTests(ordinaryFiles(), inParallel()), onPostgres()];
}

function ordinaryFiles(): string[] {
  const files = [...new Glob('test/**/*.test.{ts,tsx}').scanSync(ROOT)];
  return files.filter((file) => file !== MEASURES_MEMORY).sort();
}

function filesOnPostgres(): string[] {
  const files = [...new Glob(ON_POSTGRES.of).scanSync(ROOT)];
  const isIn = (file: string) => !ON_POSTGRES.except.some((path) => file.startsWith(path));
  return files.filter(isIn).sort();
}

async function startServer(): Promise<void> {
  server = await startPostgres();
  await prepareTemplates(server.address);
  process.env[SERVER_VARIABLE] = server.address;
}

function inParallel(): string[] {
  const update = process.env.UPDATE_TIMINGS ? ['--update-timings'] : [];
  return [`--parallel=${FILES_AT_ONCE}`, `--timings=${TIMINGS}`, ...update];
}

/** @param on the servers that tests of jobs use; by default none. */
async function runTests(files: string[], options: string[], on: Servers = {}) {
  const paths = files.map((file) => (file.startsWith('test/') ? `./${file}` : file));
  const command = [process.execPath, 'test', `--timeout=${TIMEOUT_MS}`, ...options, ...paths];
  const { exitCode, output } = await run(command, on);
  const counted = {
    output,
    passed: countOf(output, 'pass'),
    failed: countOf(output, 'fail'),
    skipped: countOf(output, 'skip'),
  };
  // A run that was interrupted, or found no tests, reports no failures.
  if (exitCode !== 0 && counted.failed === 0) counted.failed = 1;
  return counted;
}

/** "(pass) name [1234.56ms]", below "test/folder/file.test.ts:". */
function printSlowest(output: string): void {
  let file = '';
  // Bun repeats the failed ones at the end.
  const tests = new Map<string, { ms: number; name: string }>();
  for (const line of output.split('\n')) {
    file = /^(test\/\S+\.test\.tsx?):$/.exec(line)?.[1] ?? file;
    const [, name, ms] = /^\((?:pass|fail)\) (.*) \[([\d.]+)ms\]$/.exec(line) ?? [];
    if (name && !tests.has(line)) tests.set(line, { ms: Number(ms), name: `${file}: ${name}` });
  }
  const slowest = [...tests.values()].sort((a, b) => b.ms - a.ms).slice(0, NUMBER_OF_SLOWEST);
  console.log(`\n# The slowest ${slowest.length} tests`);
  for (const { ms, name } of slowest)
    console.log(`${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
}

/** What was printed before "(fail) name", since the test before it. */
function printFailures(output: string): void {
  // At the end, Bun repeats the names of the tests that failed.
  const [tests = ''] = output.split(/^\d+ tests? failed:$/m);
  const reports = tests.split(/^(?=\((?:pass|skip|todo|fail)\) )/m);
  for (const [index, report] of reports.entries()) {
    if (!report.startsWith('(fail) ')) continue;
    const [name] = report.split('\n', 1);
    const lines = (reports[index - 1] ?? '').trim().split('\n').slice(1);
    console.log(`\n# ${[name, ...lines.slice(-MAX_FAILURE_LINES)].join('\n')}`);
  }
}

/** Runs a command in a process group of its own, so that what it leaves running is found. */
async function run(
  command: string[],
  on: Servers = {},
): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn(command, {
    cwd: ROOT,
    detached: true,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'pipe',
    env: { ...process.env, NO_COLOR: '1', ...COMPILERS, ...on },
  });
  const name = [...new Set(Object.values(on))].join(', ');
  const print = (lines: string) =>
    process.stderr.write(name ? lines.replaceAll(/^(?=.)/gm, `${name}: `) : lines);
  let output = '';
  let line = '';
  for await (const chunk of child.stderr.pipeThrough(
    new TextDecoderStream(),
  ) as unknown as AsyncIterable<string>) {
    output += chunk;
    // Whole lines only, because other runs print at the same time.
    const whole = (line + chunk).lastIndexOf('\n') + 1;
    print((line + chunk).slice(0, whole));
    line = (line + chunk).slice(whole);
  }
  print(line);
  const exitCode = await child.exited;
  if (end(-child.pid)) console.error(`${command.join(' ')} left processes running.`);
  return { exitCode, output };
}

/** Servers and browsers too, which are in process groups of their own. */
function descendantsOf(pid: number, except: number | undefined): number[] {
  const { stdout } = Bun.spawnSync(['ps', '-A', '-o', 'pid=,ppid=']);
  const pairs = [...stdout.toString().matchAll(/(\d+) +(\d+)/g)].map(([, own, parent]) => ({
    own: Number(own),
    parent: Number(parent),
  }));
  const below = (parent: number): number[] =>
    pairs
      .filter((pair) => pair.parent === parent && pair.own !== except)
      .flatMap(({ own }) => [own, ...below(own)]);
  return below(pid);
}

/** Whether there was such a process, or a group for a negative number. */
function end(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The number in " 42 pass", as the test runner prints it at its end. */
function countOf(output: string, word: string): number {
  const lines = [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}$`, 'gm'))];
  return Number(lines.at(-1)?.[1] ?? 0);
}

async function finish({
  passed,
  failed,
  skipped,
}: Record<'passed' | 'failed' | 'skipped', number>): Promise<never> {
  await server?.stop();
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exit(failed > 0 ? 1 : 0);
}
