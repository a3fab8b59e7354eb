import type { Command, Option } from 'commander';
import {
  FAILURES,
  isActive,
  isFinal,
  JOB_STATUSES,
  type Job,
  type JobStatus,
  jobTracker,
} from '../../jobs/index.ts';
import { loadConfig } from '../../platform/config.ts';
import { appDatabase } from '../../platform/database.ts';
import { jobName } from '../../text/format.ts';
import { printable } from '../../text/printable.ts';
import { scheduleName } from '../../text/schedule_text.ts';
import { valuesOfOption } from '../operation_commands.ts';
import { SCRIPTS } from './scripts.ts';

/** How many jobs are offered. */
const MAX_JOBS = 100;

/** A completion, and its description. */
interface Candidate {
  value: string;
  about: string;
}

/**
 * The completions of the last of `words`; empty for free text and paths.
 * @param readsJobs whether the database exists, so that job ids can be offered.
 */
export async function candidates(
  program: Command,
  words: string[],
  readsJobs: boolean,
): Promise<Candidate[]> {
  const typed = words.at(-1) ?? '';
  const { command, option } = positionOf(program, words.slice(0, -1));
  if (!command) return [];
  const offered = await (option
    ? valuesOf(option, readsJobs)
    : offersAt(command, typed, readsJobs));
  return offered.filter(({ value }) => value.startsWith(typed));
}

interface Position {
  /** Absent when the command is unknown. */
  command: Command | undefined;
  option?: Option | undefined;
}

/** The command that the words before the cursor name, and the option whose value comes next. */
function positionOf(program: Command, before: string[]): Position {
  let command: Command | undefined = program;
  let option: Option | undefined;
  for (const word of before) {
    if (option) option = undefined;
    else if (word.startsWith('-')) {
      const known = command?.options.find(({ long, short }) => word === long || word === short);
      option = known?.required ? known : undefined;
    } else {
      command = command && commandAfter(command, word);
    }
  }
  return { command, option };
}

function commandAfter(command: Command, word: string): Command | undefined {
  // The word is an argument, or the command to show help for.
  if (command.commands.length === 0 || word === 'help') return command;
  return command.commands.find((one) => namesOf(one).includes(word));
}

function namesOf(command: Command): string[] {
  return [command.name(), ...command.aliases()];
}

/** The values of an option that takes one of a few. */
async function valuesOf(option: Option, readsJobs: boolean): Promise<Candidate[]> {
  const ofField = await valuesOfOption(option);
  // Archives are read by `xgpt import`.
  if (ofField) return plain(ofField.filter((value) => value !== 'archive'));
  switch (option.attributeName()) {
    case 'status':
      return plain(JOB_STATUSES);
    case 'failure':
      return plain(FAILURES);
    case 'type':
      return plain(new Set(readsJobs ? (await jobsThat(() => true)).map(({ type }) => type) : []));
    case 'source': {
      const { createSources } = await import('../../sources/index.ts');
      return plain(createSources(loadConfig()).keys());
    }
    case 'saved':
      return readsJobs ? savedFinds() : [];
    default:
      return [];
  }
}

async function savedFinds(): Promise<Candidate[]> {
  const [{ createLibrary }, { appData }] = await Promise.all([
    import('../../library/index.ts'),
    import('../../app/app_data.ts'),
  ]);
  const { db } = await appData(loadConfig(), { whenOutdated() {} });
  return plain(
    createLibrary(db)
      .savedFinds.list()
      .map(({ name }) => printable(name)),
  );
}

async function offersAt(command: Command, typed: string, readsJobs: boolean): Promise<Candidate[]> {
  const help = command.createHelp();
  if (typed.startsWith('-')) {
    const options = help.visibleOptions(command);
    return options.map(({ long, description }) => ({ value: long ?? '', about: description }));
  }
  if (command.registeredArguments[0]?.name() === 'id') {
    if (!readsJobs) return [];
    if (command.parent?.name() === 'schedule') return scheduleCandidates();
    return (await jobsFor(command.name())).map(jobCandidate);
  }
  if (command.parent?.name() === 'finds' && ['remove', 'rename'].includes(command.name()))
    return readsJobs ? savedFinds() : [];
  if (command.name() === 'completion') return plain(Object.keys(SCRIPTS));
  return help
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), about: one.description() }));
}

/** The newest jobs that the command applies to. */
async function jobsFor(command: string): Promise<Job[]> {
  switch (command) {
    case 'cancel':
    case 'wait':
      return jobsThat(isActive);
    case 'retry':
      return (await jobsThat(isFinal)).filter(({ tracked }) => !tracked);
    default:
      return jobsThat(() => true);
  }
}

async function jobsThat(are: (status: JobStatus) => boolean): Promise<Job[]> {
  const pages = await Promise.all(
    JOB_STATUSES.filter(are).map((status) =>
      jobTracker.reader.listJobs({ status, limit: MAX_JOBS }),
    ),
  );
  const jobs = pages.flatMap((page) => page.jobs);
  const byAge = (a: Job, b: Job) => b.createdAt.getTime() - a.createdAt.getTime();
  return jobs.sort(byAge).slice(0, MAX_JOBS);
}

function jobCandidate(job: Job): Candidate {
  return { value: job.id, about: printable(`${job.status} ${jobName(job)}`) };
}

async function scheduleCandidates(): Promise<Candidate[]> {
  const { createSchedules } = await import('../../schedules/index.ts');
  const schedules = createSchedules({ database: appDatabase(), tracker: jobTracker });
  const all = await schedules.list();
  return all.map((one) => ({ value: one.id, about: printable(scheduleName(one)) }));
}

function plain(values: Iterable<string>): Candidate[] {
  return [...values].map((value) => ({ value, about: '' }));
}
