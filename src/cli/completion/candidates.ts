import type { Command, Option } from 'commander';
import { jobName } from '../../../views/format.ts';
import { printable } from '../../../views/text/printable.ts';
import { loadConfig } from '../../config.ts';
import { FAILURES, JOB_STATUSES, type Job, jobTracker } from '../../jobs/index.ts';
import { SCRIPTS } from './scripts.ts';

/** How many jobs are offered: more than anybody looks through. */
const MOST_JOBS = 100;

/** What may stand where the cursor is, and what that is. */
export interface Candidate {
  value: string;
  about: string;
}

/**
 * What the last of `words` may become; none where only a person or the file system knows.
 * @param readsJobs whether there are jobs to be read, for their ids.
 */
export async function candidates(
  program: Command,
  words: string[],
  readsJobs: boolean,
): Promise<Candidate[]> {
  const typed = words.at(-1) ?? '';
  const { command, option } = positionOf(program, words.slice(0, -1));
  const offered = option
    ? await valuesOf(option, readsJobs)
    : offersAt(command, typed, readsJobs ? newestJobs() : []);
  return offered.filter(({ value }) => value.startsWith(typed));
}

/** The command that the words before the cursor name, and the option that waits for its value. */
function positionOf(program: Command, before: string[]): { command: Command; option?: Option } {
  let command = program;
  let option: Option | undefined;
  for (const word of before) {
    if (option) option = undefined;
    else if (word.startsWith('-')) {
      const known = command.options.find(({ long, short }) => word === long || word === short);
      option = known?.required ? known : undefined;
    } else {
      command = command.commands.find((one) => namesOf(one).includes(word)) ?? command;
    }
  }
  return { command, ...(option && { option }) };
}

function namesOf(command: Command): string[] {
  return [command.name(), ...command.aliases()];
}

/** Of an option that takes one of a few values. */
async function valuesOf(option: Option, readsJobs: boolean): Promise<Candidate[]> {
  switch (option.attributeName()) {
    case 'status':
      return plain(JOB_STATUSES);
    case 'failure':
      return plain(FAILURES);
    case 'type':
      return plain(new Set(readsJobs ? newestJobs().map(({ type }) => type) : []));
    case 'source': {
      const { createSources } = await import('../../sources/index.ts');
      return plain(createSources(loadConfig()).keys());
    }
    case 'mode':
      return plain(['latest', 'top']);
    default:
      return [];
  }
}

function offersAt(command: Command, typed: string, jobs: Job[]): Candidate[] {
  const help = command.createHelp();
  if (typed.startsWith('-')) {
    const options = help.visibleOptions(command);
    return options.map(({ long, description }) => ({ value: long ?? '', about: description }));
  }
  if (command.registeredArguments[0]?.name() === 'id') return jobs.map(jobCandidate);
  if (command.name() === 'completion') return plain(Object.keys(SCRIPTS));
  return help
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), about: one.description() }));
}

function jobCandidate(job: Job): Candidate {
  return { value: job.id, about: printable(`${job.status} ${jobName(job)}`) };
}

function plain(values: Iterable<string>): Candidate[] {
  return [...values].map((value) => ({ value, about: '' }));
}

function newestJobs(): Job[] {
  return jobTracker.listJobs({ limit: MOST_JOBS }).jobs;
}
