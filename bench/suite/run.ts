import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPeers } from '../peers/install.ts';
import { idleShare } from './cpu.ts';
import { criteriaTable, percent } from './markdown.ts';
import { isSelected, type Options, readOptions } from './options.ts';
import { type Result, Results } from './results.ts';
import { type Servers, startServers } from './servers.ts';
import type { Figures, Measurement, Requirement, Setting, Suite } from './suite.ts';

const TIMEOUT_MS = 180_000;

/** What a suite's own script does: one measurement when told which, otherwise all that are selected. */
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
  if (!measurement) throw new Error(`There is no measurement ${key}.`);
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
  try {
    const { servers, shared } = JSON.parse(process.env.XGPT_BENCH ?? '{}') as Setting;
    console.log(JSON.stringify(await measurement.run({ quick, servers, folder, shared })));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the selected measurements in rounds, each time in a rotated order. */
export async function runSuites(suites: Suite[], options: Options): Promise<Results> {
  if (options.from) return readResults(options.from);
  const all = suites.flatMap((suite) =>
    suite.measurements
      .filter(({ name, subject }) => isSelected(options.only, name, subject))
      .map((measurement) => ({ suite, measurement })),
  );
  installPeers();
  const { servers, stop } = await startServers(serversFor(all.map((each) => each.measurement)));
  const shared = mkdtempSync(join(tmpdir(), 'xgpt-bench-shared-'));
  const results: Result[] = [];
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const { suite, measurement } of rotated(all, round / options.rounds)) {
        if (options.quick && measurement.isSlow) continue;
        if (!isPossible(measurement.requires, servers)) continue;
        const env = { XGPT_BENCH: JSON.stringify({ servers, shared }) };
        const result = await measureApart(suite, measurement, options.quick, env);
        results.push({ ...result, round });
        report(result, options.save, round);
      }
    }
  } finally {
    await stop();
    rmSync(shared, { recursive: true, force: true });
  }
  return new Results(
    inOrder(
      results,
      all.map((each) => each.measurement),
    ),
  );
}

async function measureApart(
  suite: Suite,
  measurement: Measurement,
  quick: boolean,
  env: Record<string, string>,
): Promise<Omit<Result, 'round'>> {
  const { name, subject } = measurement;
  const idle = Number((await idleShare(150)).toFixed(3));
  const args = ['--measure', keyOf(measurement), ...(quick ? ['--quick'] : [])];
  const child = Bun.spawn([process.execPath, suite.script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const [output, complaint] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  await child.exited;
  const figures = figuresIn(output);
  if (figures) return { name, subject, idle, figures };
  const error = complaint.trim().slice(0, 500) || `It ended with ${child.exitCode}.`;
  return { name, subject, idle, error };
}

function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

function figuresIn(output: string): Figures | undefined {
  const line = output.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? (JSON.parse(line) as Figures) : undefined;
}

function report(result: Omit<Result, 'round'>, file: string | undefined, round: number): void {
  const { name, subject, figures, error, idle } = result;
  const found = figures ? JSON.stringify(figures) : `failed: ${error}`;
  console.error(`${round + 1} ${name}/${subject} (idle ${percent(idle)}) ${found}`);
  if (file) appendFileSync(file, `${JSON.stringify({ ...result, round })}\n`);
}

/** What one suite found, in Markdown. */
function describe(suite: Suite, results: Results): string {
  const criteria = suite.criteria(results).filter(({ value }) => value !== undefined);
  const goals = criteria.length > 0 ? criteriaTable(criteria) : '';
  return [`## ${suite.title}`, suite.tables(results), goals, failures(results)]
    .filter(Boolean)
    .join('\n\n');
}

/** A list of what could not be measured, with reasons; empty when everything could. */
export function failures(results: Results): string {
  return results.errors
    .map(({ name, subject, error }) => `- ${name}/${subject} failed: ${error}`)
    .join('\n');
}

function readResults(file: string): Results {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return new Results(lines.map((line) => JSON.parse(line) as Result));
}

function serversFor(measurements: Measurement[]): (keyof Servers)[] {
  const all: (keyof Servers)[] = ['redis', 'memoryRedis', 'postgres'];
  return all.filter((server) => measurements.some(({ requires }) => requires === server));
}

function isPossible(requirement: Requirement | undefined, servers: Servers): boolean {
  return requirement === undefined || servers[requirement] !== undefined;
}

function rotated<Item>(items: Item[], share: number): Item[] {
  const shift = Math.floor(items.length * share);
  return [...items.slice(shift), ...items.slice(0, shift)];
}

function inOrder(results: Result[], measurements: Measurement[]): Result[] {
  const keys = measurements.map(keyOf);
  return results.toSorted((a, b) => keys.indexOf(keyOf(a)) - keys.indexOf(keyOf(b)));
}

function keyOf({ name, subject }: { name: string; subject: string }): string {
  return `${name}/${subject}`;
}
