import { bootstrap, type ProcessDeps } from '../app/bootstrap.ts';
import { requireDataFolder } from '../app/data_folder.ts';
import { InvalidInput, jobTracker, messageOf } from '../jobs/index.ts';
import type { OperationCommand } from '../operations/operation.ts';
import { repeatedDefaults } from '../operations/words.ts';
import { loadConfig } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { createLogger } from '../platform/logger.ts';
import { cronOf, type Schedule, ScheduleActive } from '../schedules/index.ts';
import { printable } from '../text/printable.ts';
import { nextRunText, runLine, scheduleName, shortScheduleTable } from '../text/schedule_text.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { inputError } from './input_errors.ts';
import { noWorkerNotice } from './no_worker_notice.ts';
import { print, printError, quietLog, write } from './output.ts';
import { type TypedField, toolsOf, typedAs } from './run_operation.ts';

export interface ScheduleOptions {
  json?: boolean;
}

export interface AddOptions extends ScheduleOptions {
  every?: string;
  at?: string;
  day?: string;
  cron?: string;
  zone?: string;
  session?: string;
  /** Read everything again, where a schedule reads only what is new. */
  all?: boolean;
}

/** The fewest characters of an id to type. */
const MIN_TYPED = 4;

export async function listSchedules({ json }: ScheduleOptions): Promise<void> {
  const schedules = await withSchedules((deps) => deps.schedules.list());
  if (json) for (const schedule of schedules) print(JSON.stringify(schedule));
  else write(shortScheduleTable(schedules, process.stdout.isTTY && process.stdout.columns));
}

export async function showSchedule(part: string, { json }: ScheduleOptions): Promise<void> {
  await withSchedules(async (deps) => {
    const schedule = await find(deps, part);
    const runs = await deps.schedules.runs(schedule.id);
    if (json) print(JSON.stringify({ schedule, runs }));
    else write(`${about(schedule)}\n${runs.map((run) => `${runLine(run, schedule)}\n`).join('')}`);
  });
}

/** @param prepare runs before the schedule is added; see `OperationCommand`. */
export async function addSchedule(
  type: string,
  fields: TypedField[],
  options: AddOptions,
  prepare: OperationCommand['prepare'],
): Promise<void> {
  await withSchedules(
    async (deps) => {
      const schedule = await add(deps, type, fields, options, prepare);
      print(options.json ? JSON.stringify(schedule) : about(schedule));
      warnOfNoWorker(deps);
    },
    { creates: true },
  );
}

async function add(
  deps: ProcessDeps,
  type: string,
  fields: TypedField[],
  { zone, session, all, ...repetition }: AddOptions,
  prepare: OperationCommand['prepare'],
): Promise<Schedule> {
  const given = fields.filter(({ value }) => value !== undefined);
  const input = Object.fromEntries(given.map(({ field, value }) => [field, value]));
  let undo: (() => Promise<void>) | undefined;
  try {
    refuseUnused(repetition);
    const cron = cronOf(repetition);
    if (all) for (const name of Object.keys(repeatedDefaults(type, input))) input[name] = false;
    undo = await prepare?.(input, toolsOf(deps));
    const timeZone = zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
    return await deps.schedules.add({ type, input, cron, timeZone, sessionId: session });
  } catch (error) {
    await undo?.();
    if (!(error instanceof InvalidInput)) throw error;
    throw inputError(error, (field) => OPTIONS[field] ?? typedAs(field, fields));
  }
}

/** In a form every field is sent; what is typed here is meant. */
function refuseUnused({
  every = 'night',
  at,
  day,
}: Pick<AddOptions, 'every' | 'at' | 'day'>): void {
  if (at !== undefined && every === 'hour')
    throw new CommandFailed('--at: Leave it out with --every hour.', EXIT.usage);
  if (day !== undefined && every !== 'week')
    throw new CommandFailed('--day: Add --every week, or leave it out.', EXIT.usage);
}

const OPTIONS: Record<string, string> = {
  every: '--every',
  at: '--at',
  day: '--day',
  cron: '--cron',
  timeZone: '--zone',
};

/** Changes one schedule after the other, whether or not others fail. Returns the exit code. */
export async function changeSchedules(
  change: 'pause' | 'resume' | 'run' | 'rm',
  parts: string[],
): Promise<number> {
  return withSchedules(async (deps) => {
    let code: number = EXIT.completed;
    for (const part of parts) {
      try {
        const schedule = await find(deps, part);
        print(`${printable(scheduleName(schedule))} ${await CHANGES[change](deps, schedule.id)}`);
      } catch (error) {
        const failure = asFailure(error);
        printError(failure.message);
        if (code === EXIT.completed) code = failure.code;
      }
    }
    if (change !== 'rm' && change !== 'pause') warnOfNoWorker(deps);
    return code;
  });
}

const CHANGES = {
  pause: async ({ schedules }: ProcessDeps, id: string) => {
    await schedules.pause(id);
    return 'is paused.';
  },
  resume: async ({ schedules }: ProcessDeps, id: string) =>
    `is due next: ${nextRunText(await schedules.resume(id))}.`,
  run: async ({ schedules }: ProcessDeps, id: string) => {
    const job = await schedules.runNow(id);
    return `has started ${job.id}.`;
  },
  rm: async ({ schedules }: ProcessDeps, id: string) => {
    await schedules.remove(id);
    return 'was removed.';
  },
};

function asFailure(error: unknown): CommandFailed {
  if (error instanceof CommandFailed) return error;
  if (error instanceof ScheduleActive) {
    const { message, jobId } = error;
    return new CommandFailed(`${message} Wait until ${jobId} has ended.`, EXIT.failed);
  }
  if ((error as Error).name === 'SQLiteError') throw error;
  return new CommandFailed(messageOf(error), EXIT.failed);
}

async function find({ schedules }: ProcessDeps, part: string): Promise<Schedule> {
  if (part.length < MIN_TYPED) {
    const message = `"${part}" is too short. Type at least ${MIN_TYPED} characters of the beginning or end of an id.`;
    throw new CommandFailed(message, EXIT.usage);
  }
  const all = await schedules.list();
  const exact = all.find(({ id }) => id === part);
  const matching = all.filter(({ id }) => id.startsWith(part) || id.endsWith(part));
  const [found, ...others] = exact ? [exact] : matching;
  if (found && others.length === 0) return found;
  if (!found) {
    const message = `There is no schedule with the id "${part}". Run xgpt schedule to see the schedules.`;
    throw new CommandFailed(message, EXIT.notFound);
  }
  throw new CommandFailed(`"${part}" matches several schedules. Type more of its id.`, EXIT.usage);
}

function about(schedule: Schedule): string {
  const name = printable(scheduleName(schedule));
  return `${schedule.id}  ${name}, next: ${nextRunText(schedule)}`;
}

function warnOfNoWorker({ health }: ProcessDeps): void {
  if (noWorkerNotice(health.processes.list(), Date.now()) === '') return;
  printError('No server or worker is running. Schedules start jobs while one runs.');
}

/** Opens the data folder without starting anything that is due. */
async function withSchedules<Result>(
  work: (deps: ProcessDeps) => Promise<Result>,
  { creates = false } = {},
): Promise<Result> {
  quietLog();
  const config = loadConfig();
  if (!creates) requireDataFolder(config);
  const deps = await bootstrap(config, 'command', createLogger(config.logLevel));
  try {
    return await work(deps);
  } finally {
    await jobTracker.stop();
    await deps.embedder.close();
    appDatabase().close();
  }
}
