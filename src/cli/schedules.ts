import { closeAppData } from '../app/app_data.ts';
import { bootstrap, type ProcessDeps } from '../app/bootstrap.ts';
import { requireDataFolder } from '../app/data_folder.ts';
import { InvalidInput, jobTracker } from '../jobs/index.ts';
import type { OperationCommand } from '../operations/operation.ts';
import { repeatedDefaults } from '../operations/words.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import {
  NotRepeatable,
  problemOf,
  type Schedule,
  ScheduleActive,
  type ScheduleChanges,
} from '../schedules/index.ts';
import { printable } from '../text/printable.ts';
import { pauseText } from '../text/queue_text.ts';
import { scheduleChanges, scheduleDetails, scheduleRuns } from '../text/schedule_details.ts';
import { nextRunText, scheduleName, shortScheduleTable } from '../text/schedule_text.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { findAmong } from './find_by_id.ts';
import { inputError } from './input_errors.ts';
import { noWorkerNotice } from './no_worker_notice.ts';
import { print, printError, quietLog, write } from './output.ts';
import { asCalled } from './program_name.ts';
import { type TypedField, toolsOf, typedAs } from './run_operation.ts';
import { readPriority, readTimeout } from './start_options.ts';

export interface ScheduleOptions {
  json?: boolean;
}

/** When and how it starts jobs, as typed. */
export interface EditOptions extends ScheduleOptions {
  every?: string;
  at?: string;
  day?: string;
  cron?: string;
  zone?: string;
  session?: string;
  priority?: string;
  timeout?: string;
}

export interface AddOptions extends EditOptions {
  /** Read everything again, where a schedule reads only what is new. */
  all?: boolean;
}

export async function listSchedules({ json }: ScheduleOptions): Promise<void> {
  const schedules = await withSchedules((deps) => deps.schedules.list());
  if (json) for (const schedule of schedules) print(JSON.stringify(schedule));
  else {
    const table = shortScheduleTable(schedules, process.stdout.isTTY && process.stdout.columns);
    write(schedules.length === 0 ? asCalled(table) : table);
  }
}

export async function showSchedule(part: string, { json }: ScheduleOptions): Promise<void> {
  await withSchedules(async (deps) => {
    const schedule = await find(deps, part);
    const runs = await deps.schedules.runs(schedule.id);
    if (json) print(JSON.stringify({ schedule, runs }));
    else write(`${about(schedule)}\n${scheduleDetails(schedule)}${scheduleRuns(runs, schedule)}`);
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
  { all, ...options }: AddOptions,
  prepare: OperationCommand['prepare'],
): Promise<Schedule> {
  const given = fields.filter(({ value }) => value !== undefined);
  const input = Object.fromEntries(given.map(({ field, value }) => [field, value]));
  let undo: (() => Promise<void>) | undefined;
  try {
    const given = readOptions(options);
    if (all) for (const name of Object.keys(repeatedDefaults(type, input))) input[name] = false;
    undo = await prepare?.(input, toolsOf(deps));
    return await deps.schedules.add({ type, input, ...given });
  } catch (error) {
    await undo?.();
    if (!(error instanceof InvalidInput)) throw error;
    throw inputError(error, (field) => OPTIONS[field] ?? typedAs(field, fields));
  }
}

const OPTIONS: Record<string, string> = {
  every: '--every',
  at: '--at',
  day: '--day',
  cron: '--cron',
  timeZone: '--zone',
  sessionId: '--session',
  priority: '--priority',
  timeoutMs: '--timeout',
};

/** An empty option is the default: `--timeout ''` takes a limit away. */
function readOptions({ zone, session, priority, timeout, json: _, ...times }: EditOptions) {
  return {
    ...times,
    ...(zone !== undefined && { timeZone: zone }),
    ...(session !== undefined && { sessionId: session }),
    ...(priority !== undefined && { priority: priority.trim() && readPriority(priority) }),
    ...(timeout !== undefined && { timeoutMs: timeout.trim() && readTimeout(timeout) }),
  };
}

/** Changes when a schedule is due, and how its jobs start. */
export async function editSchedule(part: string, options: EditOptions): Promise<void> {
  const changes: ScheduleChanges = readOptions(options);
  if (Object.keys(changes).length === 0) {
    const message = 'Name what to change, for example --at 04:30. Nothing was changed.';
    throw new CommandFailed(message, EXIT.usage);
  }
  await withSchedules(async (deps) => {
    const before = await find(deps, part);
    const { id } = before;
    const schedule = await deps.schedules.edit(id, changes).catch((error) => {
      if (!(error instanceof InvalidInput)) throw error;
      if (error instanceof NotRepeatable) throw new CommandFailed(error.message, EXIT.failed);
      throw inputError(error, (field) => OPTIONS[field] ?? field);
    });
    if (options.json) print(JSON.stringify(schedule));
    else write(`${about(schedule)}\n${scheduleChanges(before, schedule)}`);
  });
}

/** Changes one schedule after the other, whether or not others fail. Returns the exit code. */
export async function changeSchedules(
  change: 'pause' | 'resume' | 'run' | 'rm',
  parts: string[],
  { json }: ScheduleOptions = {},
): Promise<number> {
  return withSchedules(async (deps) => {
    let code: number = EXIT.completed;
    for (const part of parts) {
      try {
        const schedule = await find(deps, part);
        const { words, after } = await CHANGES[change](deps, schedule);
        print(json ? JSON.stringify(after) : `${printable(scheduleName(schedule))} ${words}`);
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

/** What was done, and the schedule after that; a removed one as it was. */
const CHANGES = {
  pause: async ({ schedules }: ProcessDeps, { id }: Schedule) => ({
    after: await schedules.pause(id),
    words: 'is paused.',
  }),
  resume: async ({ schedules }: ProcessDeps, { id }: Schedule) => {
    const after = await schedules.resume(id);
    return { after, words: `is due next: ${nextRunText(after)}.` };
  },
  run: async ({ schedules }: ProcessDeps, { id }: Schedule) => {
    const job = await schedules.runNow(id);
    const pauseOf = await jobTracker.reader.pauseOf();
    const pause = pauseOf(job);
    const words = pause
      ? `has queued ${job.id}, which waits: ${pauseText(pause)}.`
      : `has started ${job.id}.`;
    return { after: await schedules.get(id), words };
  },
  rm: async ({ schedules }: ProcessDeps, { id }: Schedule) => ({
    after: await schedules.remove(id),
    words: 'was removed.',
  }),
};

function asFailure(error: unknown): CommandFailed {
  if (error instanceof CommandFailed) return error;
  if (error instanceof ScheduleActive) {
    const { message, jobId } = error;
    return new CommandFailed(`${message} Wait until ${jobId} has ended.`, EXIT.failed);
  }
  if ((error as Error).name === 'SQLiteError') throw error;
  return new CommandFailed(problemOf(error), EXIT.failed);
}

async function find({ schedules }: ProcessDeps, part: string): Promise<Schedule> {
  return findAmong(part, await schedules.list(), { noun: 'schedule', list: 'xgpt schedule' });
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
    await closeAppData(config);
  }
}
