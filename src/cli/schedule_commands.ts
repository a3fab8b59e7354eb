import { loadCommands } from '../operations/folders.ts';
import type { OperationCommand } from '../operations/operation.ts';
import { isOnce, OPERATION_TYPES, repeatedDefaults, wordsOf } from '../operations/words.ts';
import { CommandFailed, EXIT } from './exit.ts';
import type { DocumentedCommand } from './help.ts';
import { addFields } from './operation_commands.ts';
import { READ_ALL, SCHEDULE_FLAGS } from './option_flags.ts';
import type { AddOptions, EditOptions, ScheduleOptions } from './schedules.ts';

const ID = 'schedule id; its beginning or end is enough';

/** `xgpt schedule …`: add, list, change, pause and remove what starts by itself. */
export async function addScheduleCommands(
  program: DocumentedCommand,
  words: string[],
): Promise<void> {
  const schedule = program
    .command('schedule')
    .description('start jobs again and again, at set times')
    .examples(
      ['xgpt schedule', 'what starts by itself, and when'],
      ['xgpt schedule add scrape aurora_lab --every night', 'what is new, every night at 03:00'],
      ['xgpt schedule edit 4f2a91c0 --at 04:30', 'by the end of its id'],
    );
  schedule
    .command('list')
    .alias('ls')
    .description('list the schedules (the default)')
    .option('--json', 'one JSON object per line')
    .action(async (options: ScheduleOptions) => {
      const { listSchedules } = await import('./schedules.ts');
      await listSchedules(options);
    });
  await addAdding(schedule, words);
  addShow(schedule);
  addEdit(schedule);
  addChange(schedule, 'pause', 'let schedules start nothing until they are resumed');
  addChange(schedule, 'resume', 'let paused schedules go on; what they missed stays missed');
  addChange(schedule, 'run', 'start a job of schedules now');
  addChange(schedule, 'rm', 'remove schedules; the jobs they started stay');
}

/** A subcommand for each type, with the options of its own command. */
async function addAdding(schedule: DocumentedCommand, words: string[]): Promise<void> {
  const adding = schedule
    .command('add')
    .description('add a schedule')
    .helpCommand(false)
    .examples(
      ['xgpt schedule add scrape aurora_lab', 'every night at 03:00, in the zone of this machine'],
      ['xgpt schedule add discover jazz --every week --day friday --at 18:00', 'every Friday'],
      ["xgpt schedule add embed --cron '*/30 * * * *' --zone UTC", 'every half hour'],
    );
  const isAdding = words.includes('add');
  for (const type of OPERATION_TYPES) {
    if (isOnce(type)) {
      addRefusal(adding, type);
      continue;
    }
    const [given = {}] = await loadCommands(type);
    const { parent, name = type } = given;
    const isNamed = (typed: string) => isAdding && words.includes(typed);
    await addType(adding.command(type), type, given, isNamed(type));
    if (parent === undefined && name === type) continue;
    // Also by the name of its own command, `users discover`, which the help does not repeat.
    const place = parent === undefined ? adding : parentIn(adding, parent);
    await addType(place.command(name, { hidden: true }), type, given, isNamed(name));
  }
}

async function addType(
  command: DocumentedCommand,
  type: string,
  given: OperationCommand,
  isNamed: boolean,
): Promise<void> {
  command.description(`repeat: ${given.does ?? wordsOf(type).summary}`);
  const repeated = Object.keys(repeatedDefaults(type, {}));
  const typedFields = await addFields(command, type, without(given, repeated), isNamed);
  addTimes(command, repeated.length > 0);
  command.action(async () => {
    const { addSchedule } = await import('./schedules.ts');
    await addSchedule(type, typedFields(), command.opts<AddOptions>(), given.prepare);
  });
}

function parentIn(adding: DocumentedCommand, name: string): DocumentedCommand {
  const known = adding.commands.find((command) => command.name() === name);
  return known ?? adding.command(name, { hidden: true }).helpCommand(false);
}

/** Says why there is no schedule of such a type; the help does not name it. */
function addRefusal(adding: DocumentedCommand, type: string): void {
  adding
    .command(type, { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async () => {
      const { NotRepeatable } = await import('../schedules/index.ts');
      throw new CommandFailed(new NotRepeatable(type).message, EXIT.usage);
    });
}

/** A schedule has an option of its own for what it does otherwise than a single start. */
function without(given: OperationCommand, fields: string[]): OperationCommand {
  const left = Object.fromEntries(fields.map((field) => [field, false as const]));
  return { ...given, options: { ...given.options, ...left } };
}

function addTimes(command: DocumentedCommand, readsNew: boolean): void {
  if (readsNew) command.option(...READ_ALL);
  addWhenAndHow(command, { hasDefaults: true });
}

function addWhenAndHow(command: DocumentedCommand, { hasDefaults }: { hasDefaults: boolean }) {
  for (const [flags, does, by] of SCHEDULE_FLAGS) {
    command.option(flags, hasDefaults && by ? `${does} (default: ${by})` : does);
  }
}

function addEdit(schedule: DocumentedCommand): void {
  const command = schedule
    .command('edit')
    .description('change when a schedule is due, and how its jobs start')
    .argument('<id>', ID)
    .examples(
      ['xgpt schedule edit 4f2a91c0 --at 04:30', 'at another time, on the same day'],
      ['xgpt schedule edit 4f2a91c0 --every week --day friday', 'every Friday'],
      ["xgpt schedule edit 4f2a91c0 --priority 5 --timeout ''", 'without a time limit'],
    )
    .addHelpText(
      'after',
      'What you leave out stays as it is. Jobs that were started do not change.',
    )
    .action(async (id: string, options: EditOptions) => {
      const { editSchedule } = await import('./schedules.ts');
      await editSchedule(id, options);
    });
  addWhenAndHow(command, { hasDefaults: false });
}

function addShow(schedule: DocumentedCommand): void {
  schedule
    .command('show')
    .description('show a schedule and what became of its last runs')
    .argument('<id>', ID)
    .option('--json', 'one JSON object: schedule, runs')
    .action(async (id: string, options: ScheduleOptions) => {
      const { showSchedule } = await import('./schedules.ts');
      await showSchedule(id, options);
    });
}

function addChange(
  schedule: DocumentedCommand,
  name: 'pause' | 'resume' | 'run' | 'rm',
  does: string,
): void {
  const command = schedule.command(name).description(does);
  if (name === 'rm') command.alias('remove');
  command
    .argument('<id...>', ID)
    .option('--json', 'one JSON object per line')
    .action(async (ids: string[], options: ScheduleOptions) => {
      const { changeSchedules } = await import('./schedules.ts');
      process.exitCode = await changeSchedules(name, ids, options);
    });
}
