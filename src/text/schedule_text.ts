import type {
  DuePreview,
  RunDelay,
  RunOutcome,
  Schedule,
  ScheduleRun,
} from '../schedules/schedule.ts';
import { jobName, relative } from './format.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Hours that people call night. */
const NIGHT = { until: 6, from: 21 };

/** `every night at 03:00`, `every Monday at 09:00`, or the expression itself. */
export function repetitionText(cron: string): string {
  const [, minute = '', hour = '', day = ''] =
    /^(\d+) (\d+) \* \* (\*|\d)$/.exec(nicknames[cron] ?? cron) ?? [];
  if (hour === '')
    return nicknames[cron] === HOURLY || cron === HOURLY ? 'every hour' : `by cron ${cron}`;
  const isNight = Number(hour) < NIGHT.until || Number(hour) >= NIGHT.from;
  const name = day === '*' ? (isNight ? 'night' : 'day') : (DAYS[Number(day) % 7] ?? day);
  return `every ${name} at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
}

const HOURLY = '0 * * * *';

const nicknames: Record<string, string> = {
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@hourly': HOURLY,
};

/** `scrape @aurora_lab, every night at 03:00 (Europe/Berlin)`. Untrusted text: escape it. */
export function scheduleName({ type, input, cron, timeZone }: Schedule): string {
  return `${jobName({ type: type as never, metadata: input })}, ${repetitionText(cron)} (${timeZone})`;
}

/**
 * `Mon 30 Nov, 03:00 Europe/Berlin`, with the year where it is another one than that of `now` there, and
 * seconds where they are not 0; UTC where the zone is not known.
 */
export function zonedTime(at: Date, timeZone: string, now = new Date()): string {
  const { zone, parts } = partsOf(at, timeZone);
  const seconds = parts.second === '00' ? '' : `:${parts.second}`;
  const day = dayOf(parts, partsOf(now, timeZone).parts.year);
  return `${day}, ${parts.hour}:${parts.minute}${seconds} ${zone}`;
}

/** `every night` → `Every night`. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** When a repetition would be due, for a terminal. */
export function previewText({ repeats, timeZone, dueAt }: DuePreview, now?: Date): string {
  const times = dueAt.map((at) => `  ${zonedTime(at, timeZone, now)}\n`);
  return `${sentenceCase(repeats)} (${timeZone}). The next runs:\n${times.join('')}`;
}

/** What to do about a schedule that can start nothing. */
export function adviceFor({ problem = '' }: Pick<Schedule, 'problem'>): string {
  if (problem.startsWith('A schedule cannot start')) return 'Remove the schedule.';
  if (problem.startsWith('No running process'))
    return 'Start the program that has it, or remove the schedule.';
  return problem.startsWith('Time zone') || problem.startsWith('Cron')
    ? 'Change the schedule.'
    : 'Remove the schedule and add it again.';
}

/** What there is to say of a run besides its job, in whole sentences. */
export function runNotes(run: ScheduleRun, timeZone: string, now = new Date()): string[] {
  const { dueAt, at, delay, lacked, missedSince, outcome, message } = run;
  const notes: string[] = [];
  if (outcome === 'skipped') notes.push('Skipped: the job of an earlier run was still active.');
  if (outcome === 'refused') notes.push(`Not started: ${message}`);
  if (dueAt === undefined) notes.push('Started by hand.');
  else if (delay !== undefined) {
    const reason = lacked ? `because no running process had ${lacked}` : DELAYS[delay];
    notes.push(`Was due ${timesOf({ dueAt, at, timeZone, now }, VERBS[outcome])} ${reason}.`);
  }
  if (missedSince) {
    const since = zonedTime(missedSince, timeZone, now);
    notes.push(`It stands for all due times since ${since}.`);
  }
  return notes;
}

const VERBS: Record<RunOutcome, string> = {
  started: 'started',
  skipped: 'skipped',
  refused: 'refused',
};

const DELAYS: Record<RunDelay, string> = {
  stopped: 'because xgpt was not running',
  asleep: 'because the machine was asleep, or its clock was set forward',
  blocked: 'because it could not be started earlier',
};

/** `at 03:00, started 08:12`, with the day where that is another one, and seconds where they tell more. */
function timesOf(
  { dueAt, at, timeZone, now }: Record<'dueAt' | 'at' | 'now', Date> & { timeZone: string },
  verb: string,
): string {
  const [one, other] = [partsOf(dueAt, timeZone).parts, partsOf(at, timeZone).parts];
  const { year } = partsOf(now, timeZone).parts;
  const isSameMinute = one.hour === other.hour && one.minute === other.minute;
  const [from, until] = [one, other].map(
    ({ hour, minute, second }) => `${hour}:${minute}${isSameMinute ? `:${second}` : ''}`,
  );
  if (dayOf(one) === dayOf(other)) return `at ${from}, ${verb} ${until}`;
  return `on ${dayOf(one, year)} at ${from}, ${verb} on ${dayOf(other, year)} at ${until}`;
}

type Parts = Partial<Record<Intl.DateTimeFormatPartTypes, string>>;

/** `Mon 30 Nov 2026`, without the year where it is `thisYear`. */
function dayOf({ weekday, day, month, year }: Parts, thisYear?: string): string {
  return `${weekday} ${day} ${month}${year === thisYear ? '' : ` ${year}`}`;
}

function partsOf(at: Date, timeZone: string): { zone: string; parts: Parts } {
  try {
    const parts = formatIn(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]);
    return { zone: timeZone, parts: Object.fromEntries(parts) };
  } catch (error) {
    if (timeZone === 'UTC') throw error;
    return partsOf(at, 'UTC');
  }
}

/** By time zone. To make one takes 0.2 ms, and a page of schedules writes hundreds of times. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError when there is no such time zone. */
function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
}

/** How the last run went, and when it was: `completed 3 h ago`. */
export function lastRunText({ lastRun }: Schedule, now = new Date()): string {
  if (!lastRun) return 'never';
  const { outcome, job, at } = lastRun;
  return `${outcome === 'started' ? (job?.status ?? 'started') : outcome} ${relative(at, now)}`;
}

/** `Mon 30 Nov, 03:00 Europe/Berlin`, `paused`, or that it is never due again. */
export function nextRunText({ pausedAt, nextDueAt, timeZone }: Schedule, now?: Date): string {
  if (pausedAt !== undefined) return 'paused';
  return nextDueAt ? zonedTime(nextDueAt, timeZone, now) : 'never';
}

/** A run on one line. */
export function runLine(
  run: ScheduleRun,
  { timeZone }: Pick<Schedule, 'timeZone'>,
  now?: Date,
): string {
  const { at, outcome, job } = run;
  const state = outcome === 'started' ? (job?.status ?? outcome) : outcome;
  const notes = runNotes(run, timeZone, now).join(' ');
  const parts = [zonedTime(at, timeZone, now), state, job?.id ?? '', notes];
  return printable(parts.filter(Boolean).join('  '));
}

/** For a terminal, where the end of an id is enough to name a schedule. */
export function shortScheduleTable(schedules: Schedule[], columns: number | false): string {
  const short = schedules.map((schedule) => ({ ...schedule, id: schedule.id.slice(-8) }));
  return scheduleTable(short, columns);
}

/** Why it can start nothing, or why its jobs wait. */
function noteOn({ problem, jobsWait = '' }: Schedule): string {
  return problem ?? (jobsWait && `its jobs wait: ${jobsWait}`);
}

/** @param columns of the terminal. False = any width. */
export function scheduleTable(schedules: Schedule[], columns: number | false = false): string {
  if (schedules.length === 0) {
    return 'Nothing is scheduled. To add a schedule, run xgpt schedule add scrape <user> --every night.\n';
  }
  const rows = schedules.map((schedule) => [
    schedule.id,
    jobName({ type: schedule.type as never, metadata: schedule.input }),
    repetitionText(schedule.cron),
    nextRunText(schedule),
    lastRunText(schedule),
    ...(schedules.some(noteOn) ? [noteOn(schedule)] : []),
  ]);
  const head = ['ID', 'STARTS', 'WHEN', 'NEXT', 'LAST', ...(rows[0]?.length === 6 ? ['NOTE'] : [])];
  return `${table(head, rows, columns)}\n`;
}
