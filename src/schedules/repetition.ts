import { InvalidInput } from '../jobs/index.ts';
import { EVERY, type Every, WEEKDAYS } from '../jobs/schedule.ts';
import { trimmedCron } from './cron.ts';

/** What was typed about when to repeat; every field may be absent. */
export interface Repetition {
  every?: unknown;
  at?: unknown;
  day?: unknown;
  cron?: unknown;
}

export const DEFAULT_AT = '03:00';
const DEFAULT_DAY = 'monday';

/** The fields that have an effect with each choice, besides `every`. */
const USED: Record<Every, readonly ('at' | 'day' | 'cron')[]> = {
  night: ['at'],
  day: ['at'],
  hour: [],
  week: ['at', 'day'],
  cron: ['cron'],
};

/** Why two fields contradict each other, by the one that has no effect. */
const CONTRADICTIONS = {
  cron: 'Give a cron expression or how often, not both.',
  at: {
    hour: 'Every hour has no time of day. Leave out the time, or choose night, day or week.',
    cron: 'A cron expression has its own time of day. Leave out the time, or choose night, day or week.',
  },
  day: {
    night: 'Only every week has a day. Leave out the day, or choose week.',
    day: 'Only every week has a day. Leave out the day, or choose week.',
    hour: 'Only every week has a day. Leave out the day, or choose week.',
    cron: 'A cron expression has its own days. Leave out the day, or choose week.',
  },
};

/**
 * The cron expression of what was typed.
 * @throws InvalidInput that names `every`, `at`, `day` or `cron`; of fields that contradict each other,
 * both.
 */
export function cronOf(typed: Repetition): string {
  const chosen = chosenOf(typed);
  const wrong = contradictionsOf(typed, chosen);
  if (Object.keys(wrong).length > 0) throw new InvalidInput(wrong);
  const { at, day, cron } = typed;
  switch (chosen) {
    case 'cron':
      return readPattern(cron);
    case 'hour':
      return '0 * * * *';
    case 'night':
    case 'day':
      return `${timeOfDay(at)} * * *`;
    case 'week':
      return weekly(at, day);
  }
}

function chosenOf({ every, cron }: Repetition): Every {
  const isText = typeof every === 'string';
  const typed = isText && isGiven(every) ? every.trim() : undefined;
  const chosen = typed ?? (isGiven(cron) ? 'cron' : 'night');
  const isRead = isText || !isGiven(every);
  if (isRead && EVERY.some((one) => one === chosen)) return chosen as Every;
  throw new InvalidInput({ every: WRONG_EVERY });
}

/** The choice `cron` is not named: an expression chooses it. */
const WRONG_EVERY =
  'Every must be night, day, hour or week, for example week; for other times give a cron expression.';

/** Both fields of each contradiction are named, unless only one was typed. */
function contradictionsOf(typed: Repetition, chosen: Every): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const name of ['cron', 'at', 'day'] as const) {
    if (!isGiven(typed[name]) || USED[chosen].includes(name)) continue;
    const message = messageFor(name, chosen);
    wrong[name] ??= message;
    for (const other of name === 'cron' ? CRON_REPLACES : (['every', 'cron'] as const)) {
      if (isGiven(typed[other])) wrong[other] ??= message;
    }
  }
  return wrong;
}

/** What says how often where no expression does. */
const CRON_REPLACES = ['every', 'at', 'day'] as const;

function messageFor(name: 'cron' | 'at' | 'day', chosen: Every): string {
  const messages: string | Partial<Record<Every, string>> = CONTRADICTIONS[name];
  return typeof messages === 'string' ? messages : (messages[chosen] ?? '');
}

/** The choices that make this expression; `cron` with the expression itself for all others. */
export function repetitionOf(
  cron: string,
): { every: Every } & Partial<Record<'at' | 'day' | 'cron', string>> {
  if (cron === '0 * * * *') return { every: 'hour' };
  const [, minute = '', hour = '', day = ''] = /^(\d+) (\d+) \* \* (\*|[0-6])$/.exec(cron) ?? [];
  if (hour === '') return { every: 'cron', cron };
  const at = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  return day === '*' ? { every: 'night', at } : { every: 'week', at, day: WEEKDAYS[Number(day)] };
}

/**
 * What is typed to change a repetition, completed with what it is now: `{ at: '04:00' }` leaves the day
 * of a weekly one. Null and an empty text are the default: `{ every: null }` is every night,
 * `{ cron: null }` too where an expression is to go, and `{ day: null }` changes only a weekly one.
 * Undefined when nothing was typed.
 */
export function changedRepetition(typed: Repetition, cron: string): Repetition | undefined {
  const { every, at, day } = typed;
  if ([every, at, day, typed.cron].every((value) => value === undefined)) return undefined;
  if (isGiven(every) || isGiven(typed.cron)) return typed;
  const now = repetitionOf(cron);
  const isReset = every !== undefined || (typed.cron !== undefined && now.every === 'cron');
  const kept = isReset ? { ...(now.at !== undefined && { at: now.at }) } : now;
  return { ...kept, ...(at !== undefined && { at }), ...(day !== undefined && { day }) };
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

/** Names what is wrong with either. */
function weekly(at: unknown, day: unknown): string {
  const wrong: Record<string, string> = {};
  const read = <Value>(of: () => Value) => {
    try {
      return of();
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      Object.assign(wrong, error.details);
      return undefined;
    }
  };
  const [time, index] = [read(() => timeOfDay(at)), read(() => weekday(day))];
  if (Object.keys(wrong).length > 0) throw new InvalidInput(wrong);
  return `${time} * * ${index}`;
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
