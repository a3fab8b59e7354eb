import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPeers } from '../peers/system.ts';
import { endChildren, onInterrupt, spawnChild } from './children.ts';
import { quietMoment } from './cpu.ts';
import { criteriaTable, percent } from './markdown.ts';
import { isSelected, type Options, readOptions } from './options.ts';
import { type Result, Results } from './results.ts';
import { type Servers, startServers } from './servers.ts';
import type { Figures, Measurement, Requirement, Setting, Suite } from './suite.ts';

const TIMEOUT_MS = 180_000;

/** The share of all cores that is idle when no other program uses the machine. */
const QUIET = 0.9;

/** The main function of a suite: runs the named measurement, or all selected ones. */
export async function main(suite: Suite): Promise<void> {
  const options = readOptions();
  if (options.measure) {
    await measureHere(suite, options.measure, options.quick);
    process.exit(0);
  }
  console.log(describe(suite, await runSuites([suite], options)));
}

/** Does one measurement in this process; the last line of its output is the figures in JSON. */
async function measureHere(suite: Suite, key: string, quick: boolean): Promise<void> {
  const measurement = suite.measurements.find((each) => keyOf(each) === key);
  if (!measurement) throw new Error(`Unknown measurement ${key}.`);
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
  const cleanUp = () => {
    endChildren('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  onInterrupt(() => {
    cleanUp();
    process.exit(1);
  });
  try {
    const found = JSON.parse(process.env.XGPT_BENCH ?? '{}') as Surroundings;
    console.log(JSON.stringify(await measurement.run({ quick, folder, ...found })));
  } finally {
    cleanUp();
  }
}

/** What all measurements of a run share. */
type Surroundings = Pick<Setting, 'servers' | 'shared'>;

interface Planned {
  suite: Suite;
  measurement: Measurement;
}

/** Runs the selected measurements in rounds, each round in another order. */
export async function runSuites(suites: Suite[], options: Options): Promise<Results> {
  if (options.from) return readResults(options.from);
  const planned = plan(suites, options);
  installPeers();
  const { servers, stop } = await startServers(serversFor(planned));
  const shared = mkdtempSync(join(tmpdir(), 'xgpt-bench-shared-'));
  const interruption = new AbortController();
  onInterrupt(() => {
    interruption.abort();
    endChildren('SIGTERM');
  });
  try {
    return await measureAll(planned, options, { servers, shared }, interruption.signal);
  } finally {
    await stop();
    rmSync(shared, { recursive: true, force: true });
    if (interruption.signal.aborted) process.exit(130);
  }
}

function plan(suites: Suite[], { only, quick }: Options): Planned[] {
  return suites.flatMap((suite) =>
    suite.measurements
      .filter(({ name, subject }) => isSelected(only, name, subject))
      .filter(({ isSlow }) => !(quick && isSlow))
      .map((measurement) => ({ suite, measurement })),
  );
}

async function measureAll(
  planned: Planned[],
  options: Options,
  surroundings: Surroundings,
  interruption: AbortSignal,
): Promise<Results> {
  const possible = planned.filter(({ measurement }) =>
    isPossible(measurement.requires, surroundings.servers),
  );
  const results: Result[] = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const each of rotated(possible, round / options.rounds)) {
      if (interruption.aborted) break;
      const result = { ...(await measureApart(each, options, surroundings)), round };
      // A measurement that was interrupted has not failed by itself.
      if (interruption.aborted) break;
      results.push(result);
      report(result);
      if (options.save) appendFileSync(options.save, `${JSON.stringify(result)}\n`);
    }
  }
  return new Results(inOrder(results, planned));
}

async function measureApart(
  { suite, measurement }: Planned,
  { quick, patience }: Options,
  surroundings: Surroundings,
): Promise<Omit<Result, 'round'>> {
  const { name, subject } = measurement;
  const idle = Number((await quietMoment(QUIET, patience * 1_000)).toFixed(3));
  const args = ['--measure', keyOf(measurement), ...(quick ? ['--quick'] : [])];
  const child = spawnChild([process.execPath, suite.script, ...args], {
    env: { ...process.env, XGPT_BENCH: JSON.stringify(surroundings) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const [output, errorOutput] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  await child.exited;
  const figures = figuresIn(output);
  if (figures) return { name, subject, idle, figures };
  const error = errorOutput.trim().slice(0, 500) || `It ended with ${child.exitCode}.`;
  return { name, subject, idle, error };
}

function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

function figuresIn(output: string): Figures | undefined {
  const line = output.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? (JSON.parse(line) as Figures) : undefined;
}

function report({ name, subject, figures, error, idle, round }: Result): void {
  const found = figures ? JSON.stringify(figures) : `failed: ${error}`;
  console.error(`${round + 1} ${name}/${subject} (idle ${percent(idle)}) ${found}`);
}

/** The results of a suite, in Markdown. */
function describe(suite: Suite, results: Results): string {
  const criteria = suite.criteria(results).filter(({ value }) => value !== undefined);
  const goals = criteria.length > 0 ? criteriaTable(criteria) : '';
  return [`## ${suite.title}`, suite.tables(results), goals, failures(results)]
    .filter(Boolean)
    .join('\n\n');
}

/** A list of what could not be measured, with reasons; empty when everything was measured. */
export function failures(results: Results): string {
  return results.errors
    .map(({ name, subject, error }) => `- ${name}/${subject} failed: ${error}`)
    .join('\n');
}

function readResults(file: string): Results {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return new Results(lines.map((line) => JSON.parse(line) as Result));
}

function serversFor(planned: Planned[]): (keyof Servers)[] {
  const all: (keyof Servers)[] = ['redis', 'memoryRedis', 'postgres'];
  return all.filter((server) =>
    planned.some(({ measurement }) => listOf(measurement.requires).includes(server)),
  );
}

function isPossible(required: Measurement['requires'], servers: Servers): boolean {
  return listOf(required).every((server) => servers[server] !== undefined);
}

function listOf(required: Measurement['requires'] = []): readonly Requirement[] {
  return typeof required === 'string' ? [required] : required;
}

function rotated<Item>(items: Item[], share: number): Item[] {
  const shift = Math.floor(items.length * share);
  return [...items.slice(shift), ...items.slice(0, shift)];
}

function inOrder(results: Result[], planned: Planned[]): Result[] {
  const keys = planned.map(({ measurement }) => keyOf(measurement));
  return results.toSorted((a, b) => keys.indexOf(keyOf(a)) - keys.indexOf(keyOf(b)));
}

function keyOf({ name, subject }: { name: string; subject: string }): string {
  return `${name}/${subject}`;
}
