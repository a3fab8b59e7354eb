import { InvalidInput } from '../jobs/index.ts';
import { trimmedCron } from './cron.ts';

/** How often something is repeated, as forms and commands offer it. */
export const EVERY = ['night', 'day', 'hour', 'week', 'cron'] as const;
export type Every = (typeof EVERY)[number];

/** In the order of cron: Sunday is 0. */
export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

/** What was typed about when to repeat; every field may be absent. */
export interface Repetition {
  every?: unknown;
  at?: unknown;
  day?: unknown;
  cron?: unknown;
}

export const DEFAULT_AT = '03:00';
const DEFAULT_DAY = 'monday';

/**
 * The cron expression of what was typed.
 * @throws InvalidInput that names `every`, `at`, `day` or `cron`.
 */
export function cronOf({ every, at, day, cron }: Repetition): string {
  const chosen = textOf('every', every) ?? (isGiven(cron) ? 'cron' : 'night');
  if (chosen !== 'cron' && isGiven(cron)) {
    throw new InvalidInput({ cron: 'Give a cron expression or how often, not both.' });
  }
  switch (chosen) {
    case 'cron':
      return readPattern(cron);
    case 'hour':
      return '0 * * * *';
    case 'night':
    case 'day':
      return `${timeOfDay(at)} * * *`;
    case 'week':
      return `${timeOfDay(at)} * * ${weekday(day)}`;
    default:
      throw new InvalidInput({ every: `Every must be one of: ${EVERY.join(', ')}.` });
  }
}

function readPattern(cron: unknown): string {
  const pattern = textOf('cron', cron);
  if (pattern !== undefined) return trimmedCron(pattern);
  throw new InvalidInput({
    cron: 'Cron is missing. Type an expression, for example 0 3 * * * for every night at 03:00.',
  });
}

/** `03:30` → `30 3` */
function timeOfDay(typed: unknown): string {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(textOf('at', typed) ?? DEFAULT_AT) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) {
    throw new InvalidInput({ at: 'At must be a time of day, for example 03:00.' });
  }
  return `${Number(minute)} ${Number(hour)}`;
}

function weekday(typed: unknown): number {
  const name = (textOf('day', typed) ?? DEFAULT_DAY).toLowerCase();
  const index = WEEKDAYS.indexOf(name as (typeof WEEKDAYS)[number]);
  if (index >= 0) return index;
  throw new InvalidInput({ day: `Day must be one of: ${WEEKDAYS.join(', ')}.` });
}

function textOf(field: string, typed: unknown): string | undefined {
  if (!isGiven(typed)) return undefined;
  if (typeof typed === 'string') return typed.trim();
  const name = field.charAt(0).toUpperCase() + field.slice(1);
  throw new InvalidInput({ [field]: `${name} must be text.` });
}

function isGiven(typed: unknown): boolean {
  return typed !== undefined && typed !== null && !(typeof typed === 'string' && !typed.trim());
}
