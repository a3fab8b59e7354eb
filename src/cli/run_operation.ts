import { hostname } from 'node:os';
import { closeAppData } from '../app/app_data.ts';
import { bootstrap, type ProcessDeps } from '../app/bootstrap.ts';
import { requireDataFolder } from '../app/data_folder.ts';
import { InvalidInput, type Job, type JobType, jobTracker, readSession } from '../jobs/index.ts';
import type { Lack, Pause } from '../jobs/job.ts';
import type { CommandTools, OperationCommand } from '../operations/operation.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { lackText, pauseText } from '../text/queue_text.ts';
import { pastStartWarning } from '../text/start_text.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { runInForeground } from './foreground.ts';
import { inputError } from './input_errors.ts';
import { noWorkerNotice } from './no_worker_notice.ts';
import { print, printError, quietLog } from './output.ts';
import { createReporter, type Waits } from './progress/index.ts';
import { startNotice } from './start_notice.ts';
import { readTypedStart, TYPED_AS, type TypedStartOptions } from './start_options.ts';

/** A field of the input as it was typed: its value, and the argument or option it came from. */
export interface TypedField {
  field: string;
  value: unknown;
  typedAs: string;
}

export interface RunOptions extends TypedStartOptions {
  session?: string;
  json?: boolean;
  detach?: boolean;
}

/**
 * Starts a job and runs it in this process, unless a server or worker claims it first.
 * @param given what runs before the job is created, and whether there must be a data folder; see `OperationCommand`.
 * @returns the exit code, when the job has ended.
 */
export async function runOperation(
  type: string,
  fields: TypedField[],
  options: RunOptions,
  { prepare, needsData = false }: Pick<OperationCommand, 'prepare' | 'needsData'> = {},
): Promise<number> {
  quietLog();
  const config = loadConfig();
  if (needsData) requireDataFolder(config);
  const deps = await bootstrap(config, 'command', createLogger(config.logLevel));
  try {
    const job = await enqueue(deps, type, fields, options, prepare);
    const pauseOf = await jobTracker.reader.pauseOf();
    const pause = pauseOf(job);
    for (const warning of pastStartWarning(job, pause !== undefined)) printError(warning);
    if (pause) printError(`${pausedText(pause)} ${resumeAdvice(pause)}`);
    const notice = options.json ? undefined : startNotice(job, deps);
    if (notice) printError(notice);
    if (options.detach) return detached(deps, job, options);
    await jobTracker.start({ only: job.id });
    await deps.health.start();
    const waits: Waits = (jobs, now) => jobTracker.reader.waits(jobs, now);
    return await runInForeground(deps, job.id, createReporter(options, waits));
  } finally {
    await jobTracker.stop();
    await deps.embedder.close();
    await deps.health.stop();
    await closeAppData(config);
  }
}

/** Undoes what was prepared when no job is created. */
async function enqueue(
  deps: ProcessDeps,
  type: string,
  fields: TypedField[],
  { session, ...typed }: RunOptions,
  prepare: OperationCommand['prepare'],
): Promise<Job> {
  let undo: (() => Promise<void>) | undefined;
  try {
    const sessionId = readSession(session);
    const start = readTypedStart(typed);
    const input = Object.fromEntries(fields.map(({ field, value }) => [field, value]));
    undo = await prepare?.(input, toolsOf(deps));
    return await jobTracker.enqueue(type as JobType, input, { sessionId, ...start });
  } catch (error) {
    await undo?.();
    if (!(error instanceof InvalidInput)) throw error;
    throw inputError(error, (field) => typedAs(field, fields));
  }
}

function pausedText(pause: Pause): string {
  return `The job waits: ${pauseText(pause)}.`;
}

function resumeAdvice(pause: Pause): string {
  return pause.source === undefined
    ? `Resume it with: xgpt types resume ${pause.type}.`
    : `Resume it with: xgpt sources resume ${pause.source}.`;
}

export function toolsOf(deps: ProcessDeps): CommandTools {
  return {
    copyArchive: async (path) => (await import('./import_archive.ts')).copyIntoImports(deps, path),
    refuse(message) {
      throw new CommandFailed(message, EXIT.usage);
    },
  };
}

/** The argument or option that a field was typed as: `--max`. */
export function typedAs(field: string, fields: TypedField[]): string {
  const typed = fields.filter((one) => one.field === field);
  const { typedAs } = typed.find(({ value }) => value !== undefined) ?? typed[0] ?? {};
  return typedAs ?? TYPED_AS[field] ?? field;
}

function detached({ health }: ProcessDeps, job: Job, { json }: RunOptions): number {
  print(json ? JSON.stringify(job) : job.id);
  const lack = lackOf(job);
  const advice = [
    lack && `The job waits: ${lackText(lack)}.`,
    `Watch it with: xgpt jobs watch ${job.id}.`,
    noWorkerNotice(health.processes.list(), Date.now()),
  ];
  printError(advice.filter(Boolean).join(' '));
  return EXIT.completed;
}

/** Servers and workers tell only every 5 s which archives they have: one of this machine may have a new one. */
function lackOf(job: Job): Lack | undefined {
  const { serving } = jobTracker.reader;
  const lack = serving.lacks()(job);
  const isOwn = lack?.what === 'archive' && !serving.ownLack(job);
  return isOwn && serving.running().some(({ host }) => host === hostname()) ? undefined : lack;
}
