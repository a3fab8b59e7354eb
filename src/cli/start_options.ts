import { MAX_DELAY_MS, MAX_TIMEOUT_MS, type StartOptions } from '../jobs/index.ts';
import { timeOf } from '../platform/time.ts';
import { exactSpan } from '../text/format.ts';
import { CommandFailed, EXIT } from './exit.ts';
import type { DocumentedCommand } from './help.ts';
import { START_FLAGS } from './option_flags.ts';

/** As they are typed. */
export interface TypedStartOptions {
  at?: string;
  delay?: string;
  priority?: string;
  timeout?: string;
}

/** The option of each field, for messages about it. */
export const TYPED_AS: Record<string, string> = {
  sessionId: '--session',
  runAt: '--at',
  delayMs: '--delay',
  priority: '--priority',
  timeoutMs: '--timeout',
};

/** Adds the options of a start, except those that the type has as its own. */
export function addStartOptions(command: DocumentedCommand): void {
  const add = (flags: string, does: string) => {
    const isTaken = command.options.some(({ long }) => flags.startsWith(`${long} `));
    if (!isTaken) command.option(flags, does);
  };
  for (const [flags, does] of START_FLAGS) add(flags, does);
}

/** @throws CommandFailed that names the invalid option. */
export function readTypedStart(typed: TypedStartOptions, now = new Date()): StartOptions {
  const { at, delay, priority, timeout } = typed;
  return {
    ...(at !== undefined && { runAt: readStart(at, now) }),
    ...(delay !== undefined && { delayMs: readSpan('--delay', delay, MAX_DELAY_MS) }),
    ...(timeout !== undefined && { timeoutMs: readTimeout(timeout) }),
    ...(priority !== undefined && { priority: readPriority(priority) }),
  };
}

/** A time of the day in the terminal's zone is the next one. */
function readStart(typed: string, now: Date): Date {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(typed.trim()) ?? [];
  if (hours !== undefined) return nextTime(Number(hours), Number(minutes), now);
  const text = typed.trim().replace(' ', 'T');
  const isLocal = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text);
  const time = isLocal ? Date.parse(text) : timeOf(text);
  if (time !== undefined && !Number.isNaN(time)) return new Date(time);
  throw new CommandFailed(
    '--at must be a time such as 03:00, 2026-01-31T03:00 or 2026-01-31T03:00:00Z.',
    EXIT.usage,
  );
}

function nextTime(hours: number, minutes: number, now: Date): Date {
  const next = new Date(now);
  next.setHours(hours, minutes, 0, 0);
  if (next > now) return next;
  next.setDate(next.getDate() + 1);
  next.setHours(hours, minutes, 0, 0);
  return next;
}

const UNIT_MS = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** A time limit in ms. @throws CommandFailed that names `--timeout`. */
export function readTimeout(typed: string): number {
  const limit = readSpan('--timeout', typed, MAX_TIMEOUT_MS);
  if (limit > 0) return limit;
  throw new CommandFailed('--timeout must be 1s or more.', EXIT.usage);
}

/** The limit is told in the unit that was typed. */
function readSpan(option: string, typed: string, max: number): number {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(typed.trim()) ?? [];
  const unitMs = UNIT_MS.get(unit);
  if (unitMs === undefined) {
    throw new CommandFailed(`${option} must be a time such as 90s, 10m, 8h or 2d.`, EXIT.usage);
  }
  const span = Number(count) * unitMs;
  if (span <= max) return span;
  const most = `${max / unitMs}${unit}${unit === 'd' ? '' : ` (${exactSpan(max)})`}`;
  throw new CommandFailed(`${option} must be at most ${most}.`, EXIT.usage);
}

/** The priority; NaN for what is none. */
export function readPriority(typed: string): number {
  return /^[+-]?\d{1,3}$/.test(typed.trim()) ? Number(typed) : Number.NaN;
}
