import { bootstrap, type ProcessDeps } from '../app/bootstrap.ts';
import { InvalidInput, type Job, type JobType, jobTracker, readSession } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { createLogger } from '../platform/logger.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { runInForeground } from './foreground.ts';
import { type Copy, copyIntoImports } from './import_archive.ts';
import { inputError } from './input_errors.ts';
import { noWorkerNotice } from './no_worker_notice.ts';
import type { TypedField } from './operation_commands.ts';
import { print, printError, quietLog } from './output.ts';
import { createReporter } from './progress/index.ts';

export interface RunOptions {
  session?: string;
  json?: boolean;
  detach?: boolean;
}

/**
 * Starts a job and runs it here, beside whatever servers and workers there are: whoever is first
 * does it. Returns the exit code when the job has ended.
 */
export async function runOperation(
  type: JobType,
  fields: TypedField[],
  options: RunOptions,
): Promise<number> {
  quietLog();
  const config = loadConfig();
  const deps = await bootstrap(config, 'command', createLogger(config.logLevel));
  try {
    const job = await enqueue(deps, type, fields, options);
    if (options.detach) return detached(deps, job, options);
    await jobTracker.start({ only: job.id });
    await deps.vitals.start();
    return await runInForeground(deps, job.id, createReporter(jobTracker, options));
  } finally {
    await jobTracker.stop();
    await deps.embedder.close();
    await deps.vitals.stop();
    appDatabase().close();
  }
}

/** Of an archive that was copied and starts nothing, nothing is kept. */
async function enqueue(
  { importsDir }: ProcessDeps,
  type: JobType,
  fields: TypedField[],
  { session }: RunOptions,
): Promise<Job> {
  let copy: Copy | undefined;
  try {
    const sessionId = readSession(session);
    const input = Object.fromEntries(fields.map(({ field, value }) => [field, value]));
    if (typeof input.archive === 'string') {
      copy = await copyIntoImports(importsDir, input.archive);
      Object.assign(input, { source: 'archive', archive: copy.name });
    } else if (input.source === 'archive') {
      throw new CommandFailed('--source: To read an archive use xgpt import.', EXIT.usage);
    }
    return await jobTracker.enqueue(type, input, { sessionId });
  } catch (error) {
    await copy?.forget();
    if (!(error instanceof InvalidInput)) throw error;
    throw inputError(error, (field) => typedAs(field, fields));
  }
}

/** As an argument or option was called by whoever typed it. */
function typedAs(field: string, fields: TypedField[]): string {
  const typed = fields.filter((one) => one.field === field);
  const { typedAs } = typed.find(({ value }) => value !== undefined) ?? typed[0] ?? {};
  return typedAs ?? (field === 'sessionId' ? '--session' : field);
}

function detached({ vitals }: ProcessDeps, job: Job, { json }: RunOptions): number {
  print(json ? JSON.stringify(job) : job.id);
  const advice = [
    `xgpt jobs watch ${job.id} shows it.`,
    noWorkerNotice(vitals.processes(), Date.now()),
  ];
  printError(advice.filter(Boolean).join(' '));
  return EXIT.completed;
}
