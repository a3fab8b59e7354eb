import type { Cron as Croner, CronOptions } from 'croner';
import { InvalidInput } from '../jobs/index.ts';
import { cut, MAX_NAME } from '../text/cut.ts';
import { escaped } from '../text/printable.ts';

/** When something is due. Times are milliseconds since 1970 UTC, in whole seconds. */
export interface Cron {
  /** The first due time after that one; undefined when there is none. */
  next(after: number): number | undefined;
  /** The last due time until then, inclusive; undefined when there is none. */
  latest(until: number): number | undefined;
}

/** The longest expression, in UTF-16 code units. */
const MAX_LENGTH = 200;

const NICKNAMES = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;

const HOW =
  'Use five fields (minute, hour, day of month, month, day of week), for example 0 3 * * * for every night at 03:00.';

/**
 * As cron does it on the nights when clocks change: what is due at a fixed time runs once, after a
 * gap at its end. What is due in intervals follows the time that passes. See docs/schedules.md.
 */
const OPTIONS: CronOptions = {
  mode: '5-or-6-parts',
  fixedTimeRule: 'no-wildcard',
  paused: true,
};

/**
 * Reads a cron expression. The library is loaded when the first one is read.
 * @throws InvalidInput that names `cron` or `timeZone`.
 */
export async function readCron(cron: string, timeZone: string): Promise<Cron> {
  checkForm(cron);
  checkZone(timeZone);
  const { Cron } = await import('croner');
  try {
    return fromCroner(new Cron(cron, { ...OPTIONS, timezone: timeZone }));
  } catch (error) {
    throw new InvalidInput({ cron: `Cron cannot be read: ${reasonOf(error)}. ${HOW}` });
  }
}

/**
 * The same, for an expression that shall be due.
 * @throws InvalidInput also when it is never due, as on 30 February.
 */
export async function readDueCron(cron: string, timeZone: string, now: number): Promise<Cron> {
  const read = await readCron(cron, timeZone);
  if (read.next(now) !== undefined) return read;
  throw new InvalidInput({
    cron: 'Cron is never due: there is no such date. Choose a day that the month has.',
  });
}

/** `0  3 * * *` → `0 3 * * *`. */
export function trimmedCron(typed: string): string {
  return typed.trim().replaceAll(/\s+/g, ' ');
}

/** The time zone of this machine. */
export function machineZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * @param typed nothing is the zone of this machine.
 * @throws InvalidInput that names `timeZone`.
 */
export function readZone(typed: unknown): string {
  if (typed === undefined || typed === null) return machineZone();
  if (typeof typed !== 'string') throw new InvalidInput({ timeZone: 'Time zone must be text.' });
  return typed.trim() === '' ? machineZone() : checkZone(typed);
}

/** @throws InvalidInput that names `timeZone`. @returns its usual spelling: `Europe/Berlin`. */
function checkZone(typed: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: typed.trim() }).resolvedOptions().timeZone;
  } catch {
    const message = `Time zone "${escaped(cut(typed, MAX_NAME))}" is unknown. Use a name such as Europe/Berlin or UTC.`;
    throw new InvalidInput({ timeZone: message });
  }
}

/** The library also takes single dates, and `?` for any value. */
function checkForm(cron: string): void {
  const fields = cron.split(' ').length;
  const isPattern = (fields === 5 || fields === 6) && !cron.includes('?');
  if (cron.length <= MAX_LENGTH && (isPattern || NICKNAMES.test(cron))) return;
  throw new InvalidInput({ cron: `Cron cannot be read. ${HOW}` });
}

/** "CronPattern: Invalid value for minute: 61" → "invalid value for minute: 61" */
function reasonOf(error: unknown): string {
  const reason = String((error as Error).message).replace(/^\w+: /, '');
  return escaped(cut(reason.charAt(0).toLowerCase() + reason.slice(1), MAX_LENGTH)).replace(
    /\.$/,
    '',
  );
}

function fromCroner(cron: Croner): Cron {
  return {
    next: (after) => cron.nextRun(new Date(after))?.getTime(),
    latest(until) {
      // The library looks before a time, in whole seconds.
      const end = Math.floor(until / 1_000) * 1_000 + 1_000;
      return cron.previousRuns(1, new Date(end))[0]?.getTime();
    },
  };
}
