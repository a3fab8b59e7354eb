import { Option } from 'commander';
import { loadCommands } from '../operations/folders.ts';
import type { OperationCommand } from '../operations/operation.ts';
import { OPERATION_TYPES, repeatedDefaults, wordsOf } from '../operations/words.ts';
import type { DocumentedCommand } from './help.ts';
import { addFields } from './operation_commands.ts';
import type { AddOptions, ScheduleOptions } from './schedules.ts';

const ID = 'schedule id; its beginning or end is enough';

/** `xgpt schedule …`: add, list, pause and remove what starts by itself. */
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
      ['xgpt schedule pause 4f2a91c0', 'by the end of its id'],
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
    const [given = {}] = await loadCommands(type);
    const command = adding
      .command(type)
      .description(`repeat: ${given.does ?? wordsOf(type).summary}`);
    const repeated = Object.keys(repeatedDefaults(type, {}));
    const isNamed = isAdding && words.includes(type);
    const typedFields = await addFields(command, type, without(given, repeated), isNamed);
    addTimes(command, repeated.length > 0);
    command.action(async () => {
      const { addSchedule } = await import('./schedules.ts');
      await addSchedule(type, typedFields(), command.opts<AddOptions>(), given.prepare);
    });
  }
}

/** A schedule has an option of its own for what it does otherwise than a single start. */
function without(given: OperationCommand, fields: string[]): OperationCommand {
  const left = Object.fromEntries(fields.map((field) => [field, false as const]));
  return { ...given, options: { ...given.options, ...left } };
}

function addTimes(command: DocumentedCommand, readsNew: boolean): void {
  if (readsNew) command.option('--all', 'read everything again each time, not only what is new');
  command
    .option('--every <period>', 'night, day, hour or week (default: night)')
    .option('--at <time>', 'time of day for night, day and week (default: 03:00)')
    .option('--day <day>', 'day for week, such as friday (default: monday)')
    .addOption(
      new Option(
        '--cron <expression>',
        'five fields, or six with seconds in front: 0 3 * * 1-5',
      ).conflicts(['at', 'day']),
    )
    .option('--zone <name>', 'time zone, such as Europe/Berlin (default: that of this machine)')
    .option('--session <name>', 'session to add the jobs to; jobs can be listed by session')
    .option('--json', 'print the schedule as one JSON object');
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
  schedule
    .command(name)
    .description(does)
    .argument('<id...>', ID)
    .action(async (ids: string[]) => {
      const { changeSchedules } = await import('./schedules.ts');
      process.exitCode = await changeSchedules(name, ids);
    });
}
