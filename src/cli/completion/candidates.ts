import type { Command, Option } from 'commander';
import { jobName } from '../../../views/format.ts';
import { JOB_STATUSES, jobTracker } from '../../jobs/index.ts';
import { printable } from '../printable.ts';

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
export function candidates(program: Command, words: string[], readsJobs: boolean): Candidate[] {
  const typed = words.at(-1) ?? '';
  const { command, option } = positionOf(program, words.slice(0, -1));
  return offersAt(command, option, typed, readsJobs).filter(({ value }) => value.startsWith(typed));
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

function offersAt(
  command: Command,
  option: Option | undefined,
  typed: string,
  readsJobs: boolean,
): Candidate[] {
  const help = command.createHelp();
  if (option) return (VALUES[option.attributeName()] ?? []).map((value) => ({ value, about: '' }));
  if (typed.startsWith('-')) {
    const options = help.visibleOptions(command);
    return options.map(({ long, description }) => ({ value: long ?? '', about: description }));
  }
  if (command.registeredArguments[0]?.name() === 'id' && readsJobs) return jobs();
  if (command.name() === 'completion') return VALUES.shell.map((value) => ({ value, about: '' }));
  return help
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), about: one.description() }));
}

/** Of options that take one of a few values. */
const VALUES: { shell: readonly string[]; [option: string]: readonly string[] } = {
  shell: ['bash', 'zsh', 'fish'],
  status: JOB_STATUSES,
  type: ['scrape', 'search', 'discover', 'embed'],
  source: ['sample', 'archive'],
  mode: ['latest', 'top'],
};

function jobs(): Candidate[] {
  const newest = jobTracker.listJobs({ limit: MOST_JOBS }).jobs;
  return newest.map((job) => ({
    value: job.id,
    about: printable(`${job.status} ${jobName(job)}`),
  }));
}
