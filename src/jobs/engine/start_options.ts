import { timeOf } from '../../platform/time.ts';
import { count, exactSpan } from '../../text/format.ts';
import { InvalidInput } from '../errors.ts';
import type { NewJob } from '../store/store.ts';

/** When a job starts, before which others, and for how long it may run. */
export interface StartOptions {
  /** −10 to 10, 0 by default. Of the waiting jobs of a type, the highest starts first. */
  priority?: number | undefined;
  /** It does not start before this time; at most 366 days ahead. A time in the past is now. */
  runAt?: Date | undefined;
  /** In place of `runAt`: how long it waits at least, in ms, from 0 to 366 days. */
  delayMs?: number | undefined;
  /**
   * How long one attempt may run, in ms, from 1 to 7 days. Then the job has failed, with the failure
   * `timeout`. By default the limit of its type.
   */
  timeoutMs?: number | undefined;
}

const DAY_MS = 86_400_000;

export const MAX_PRIORITY = 10;

/** The names of the options, as a form or JSON has them. */
export const START_OPTIONS = ['priority', 'runAt', 'delayMs', 'timeoutMs'] as const;

/** What a start of any type may have beside its input. */
export const OPTION_NAMES = ['sessionId', ...START_OPTIONS] as const;

/** How far ahead a start may lie, in ms. */
export const MAX_DELAY_MS = 366 * DAY_MS;

/** The longest time limit, in ms. */
export const MAX_TIMEOUT_MS = 7 * DAY_MS;

const RULES = {
  priority: `Priority must be a whole number from −${MAX_PRIORITY} to ${MAX_PRIORITY}.`,
  runAt: `The start must be a time at most ${exactSpan(MAX_DELAY_MS)} ahead, for example 2026-01-31T12:00:00Z.`,
  delayMs: `The delay may be at most ${exactSpan(MAX_DELAY_MS)}: a whole number of milliseconds from 0 to ${count(MAX_DELAY_MS)}.`,
  timeoutMs: `The time limit may be at most ${exactSpan(MAX_TIMEOUT_MS)}: a whole number of milliseconds from 1 to ${count(MAX_TIMEOUT_MS)}.`,
  both: 'Give a time to start at or a delay, not both.',
};

/**
 * The options as a new job has them; those that are undefined are left out.
 * @param now in ms since 1970.
 * @throws InvalidInput that names every option that is wrong.
 */
export function checkedStart(
  { priority, runAt, delayMs, timeoutMs }: StartOptions,
  now: number,
): Pick<NewJob, 'priority' | 'runAt' | 'delayMs' | 'timeoutMs'> {
  const wrong: Record<string, string> = {};
  if (!isWithin(priority, -MAX_PRIORITY, MAX_PRIORITY)) wrong.priority = RULES.priority;
  if (!isWithin(delayMs, 0, MAX_DELAY_MS)) wrong.delayMs = RULES.delayMs;
  if (!isWithin(timeoutMs, 1, MAX_TIMEOUT_MS)) wrong.timeoutMs = RULES.timeoutMs;
  if (runAt !== undefined && !isTime(runAt, now)) wrong.runAt = RULES.runAt;
  if (runAt !== undefined && delayMs !== undefined) {
    wrong.runAt ??= RULES.both;
    wrong.delayMs ??= RULES.both;
  }
  if (Object.keys(wrong).length > 0) throw new InvalidInput(wrong);
  return {
    ...(priority !== undefined && { priority }),
    ...(runAt !== undefined && { runAt: runAt.getTime() }),
    ...(delayMs !== undefined && { delayMs }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

function isWithin(value: number | undefined, min: number, max: number): boolean {
  return value === undefined || (Number.isInteger(value) && value >= min && value <= max);
}

function isTime(at: Date, now: number): boolean {
  return at instanceof Date && at.getTime() <= now + MAX_DELAY_MS;
}

/**
 * The options as a person or a program typed them: numbers may be text, and times are text without a
 * zone in UTC, or with one. What is empty is absent. `enqueue` refuses what is none.
 */
export function readStartOptions(
  typed: Partial<Record<(typeof START_OPTIONS)[number], unknown>>,
): StartOptions {
  const runAt = present(typed.runAt);
  return {
    priority: typedNumber(typed.priority),
    runAt: runAt === undefined ? undefined : new Date(timeOf(String(runAt)) ?? Number.NaN),
    delayMs: typedNumber(typed.delayMs),
    timeoutMs: typedNumber(typed.timeoutMs),
  };
}

const NUMBER = /^-?\d{1,15}$/;

function typedNumber(value: unknown): number | undefined {
  const given = present(value);
  if (typeof given === 'string') return NUMBER.test(given) ? Number(given) : Number.NaN;
  return given === undefined || typeof given === 'number' ? given : Number.NaN;
}

function present(value: unknown): unknown {
  const bare = typeof value === 'string' ? value.trim() : value;
  return bare === '' || bare === null ? undefined : bare;
}
