import type { Field } from '../operations/fields.ts';
import type { OperationCommand } from '../operations/operation.ts';

/** The options that commands of job types have beside those of their fields. */

type Flag = readonly [flags: string, does: string];

/** When and how a job starts. */
export const START_FLAGS: readonly Flag[] = [
  ['--at <time>', 'start at a time: 03:00 (local time), or 2026-01-31T03:00'],
  ['--delay <time>', 'start later: after 90s, 10m, 8h or 2d'],
  ['--priority <n>', 'start before jobs of a lower priority, −10–10 (default: 0)'],
  ['--timeout <time>', 'stop each attempt after 90s, 10m, 8h or 2d'],
];

export const RUN_FLAGS: readonly Flag[] = [
  ['--session <name>', 'session to add the job to; jobs can be listed by session'],
  ['--json', 'print each change as a line of JSON, and the finished job last'],
  ['--detach', 'start the job, print its id and exit'],
];

/** When a schedule is due, and how its jobs start; each with its default. */
export const SCHEDULE_FLAGS: readonly [...Flag, fallback?: string][] = [
  ['--every <period>', 'night, day, hour or week', 'night'],
  ['--at <time>', 'time of day for night, day and week', '03:00'],
  ['--day <day>', 'day for week, such as friday', 'monday'],
  ['--cron <expression>', 'five fields, or six with seconds in front: 0 3 * * 1-5'],
  ['--zone <name>', 'time zone, such as Europe/Berlin', 'that of this machine'],
  ['--session <name>', 'session to add the jobs to; jobs can be listed by session'],
  ['--priority <n>', 'start its jobs before those of a lower priority, −10–10', '0'],
  ['--timeout <time>', 'stop each attempt after 90s, 10m, 8h or 2d'],
  ['--json', 'print the schedule as one JSON object'],
];

export const READ_ALL: Flag = ['--all', 'read everything again each time, not only what is new'];

export const HELP: Flag = ['-h, --help', 'show help'];

/** The names of all of them: an option of a field cannot have one. */
export const TAKEN_OPTIONS: ReadonlySet<string> = new Set(
  [...START_FLAGS, ...RUN_FLAGS, ...SCHEDULE_FLAGS, READ_ALL, HELP].flatMap(
    ([flags]) => /--([\w-]+)/.exec(flags)?.[1] ?? [],
  ),
);

/** The option of a field, without its dashes: `dryRun` → `dry-run`. `undefined` for a field without one. */
export function optionName(
  { name }: Pick<Field, 'name'>,
  { options = {}, argument }: OperationCommand,
): string | undefined {
  const words = options[name] ?? {};
  if (words === false || argument?.field === name) return undefined;
  return words.name ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
