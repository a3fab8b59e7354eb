import type { Schedule, ScheduleRun } from '../schedules/schedule.ts';
import { isolated } from './isolated.ts';
import { printable } from './printable.ts';
import { repetitionText, runLine } from './schedule_text.ts';
import { limitText, signed } from './start_text.ts';

/** What there is to say of a schedule besides its name and times, one line each. */
export function scheduleDetails(schedule: Schedule): string {
  const { input, priority, timeoutMs, sessionId, problem, jobsWait } = schedule;
  return lines([
    Object.keys(input).length === 0 ? '' : `input: ${inputText(input)}`,
    priority === 0 ? '' : `priority ${signed(priority)}`,
    timeoutMs === undefined ? '' : `time limit: ${limitText(timeoutMs)}`,
    sessionId === undefined ? '' : `session: ${sessionId}`,
    jobsWait === undefined ? '' : `Its jobs wait: ${jobsWait}.`,
    problem === undefined ? '' : `It can start nothing at present. ${problem}`,
  ]);
}

/** Its runs, one line each. */
export function scheduleRuns(runs: ScheduleRun[], schedule: Schedule): string {
  return runs.map((run) => `${runLine(run, schedule)}\n`).join('');
}

/** "priority: 0 → +5", one line for each option that differs. */
export function scheduleChanges(before: Schedule, after: Schedule): string {
  const [old, now] = [optionsOf(before), optionsOf(after)];
  const changed = Object.entries(now).flatMap(([name, value]) =>
    value === old[name] ? [] : [`${name}: ${old[name]} → ${value}`],
  );
  return lines(changed.length > 0 ? changed : ['Nothing was changed: it is like that already.']);
}

function optionsOf(schedule: Schedule): Record<string, string> {
  const { cron, timeZone, priority, timeoutMs, sessionId } = schedule;
  return {
    when: repetitionText(cron),
    'time zone': timeZone,
    priority: signed(priority),
    'time limit': timeoutMs === undefined ? 'none' : limitText(timeoutMs),
    session: sessionId ?? 'none',
  };
}

/** "username aurora_lab, maxTweets 50, includeReplies true" */
export function inputText(input: Record<string, unknown>): string {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const text = (value: unknown) =>
    typeof value === 'string' ? isolated(value) : JSON.stringify(value);
  return given.map(([name, value]) => `${name} ${text(value)}`).join(', ');
}

function lines(texts: string[]): string {
  return texts
    .filter(Boolean)
    .map((line) => `${printable(line)}\n`)
    .join('');
}
