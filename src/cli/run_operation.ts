import { bootstrap, type ProcessDeps } from '../app/bootstrap.ts';
import { InvalidInput, type Job, type JobType, jobTracker, readSession } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { createLogger } from '../platform/logger.ts';
import { attend } from './attend.ts';
import { complain } from './complain.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { type Copy, copyIntoImports } from './import_archive.ts';
import type { TypedField } from './operation_commands.ts';
import { whoGoesOn } from './others.ts';
import { print } from './output.ts';
import { createReporter } from './progress/reporter.ts';
import { quietLog } from './quiet_log.ts';
import { wrongInput } from './wrong_input.ts';

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
    await deps.health.start();
    return await attend(deps, job.id, createReporter(jobTracker, options));
  } finally {
    await jobTracker.stop();
    await deps.embedder.close();
    await deps.health.stop();
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
    throw wrongInput(error, (field) => typedAs(field, fields));
  }
}

/** As an argument or option was called by whoever typed it. */
function typedAs(field: string, fields: TypedField[]): string {
  const typed = fields.filter((one) => one.field === field);
  const { typedAs } = typed.find(({ value }) => value !== undefined) ?? typed[0] ?? {};
  return typedAs ?? (field === 'sessionId' ? '--session' : field);
}

function detached({ health }: ProcessDeps, job: Job, { json }: RunOptions): number {
  print(json ? JSON.stringify(job) : job.id);
  const advice = [
    `xgpt jobs watch ${job.id} shows it.`,
    whoGoesOn(health.processes.list(), Date.now()),
  ];
  complain(advice.filter(Boolean).join(' '));
  return EXIT.completed;
}
