import { exact } from './format.ts';

/** A line of a job's log. */
export interface LogLine {
  /** When it was written. Absent for notes, and for lines written before lines had times. */
  at?: Date;
  /** Without its line break. */
  text: string;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) /;

/** A line as it is stored, with its line break: `2026-11-28T14:03:22.518Z Reading page 2`. */
export function storedLine(text: string, at: Date): string {
  return `${at.toISOString()} ${text}\n`;
}

/** The stored lines of a text, which may end within a line. */
export function logLines(text: string): LogLine[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map(readLine);
}

function readLine(line: string): LogLine {
  const time = TIME.exec(line)?.[1];
  if (time === undefined || Number.isNaN(Date.parse(time))) return { text: line };
  return { at: new Date(time), text: line.slice(time.length + 1) };
}

/** The exact time with milliseconds: `28 Nov 2026, 14:03:22.518 UTC`. */
export function exactWithMs(at: Date): string {
  return exact(at).replace(' UTC', `.${at.toISOString().slice(20, 23)} UTC`);
}

/** The time of day in the time zone of the machine or browser: `14:03:22`. */
export function timeOfDay(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':');
}

/** `2026-11-28 14:03:22`, in the time zone of the machine. */
export function localTime(at: Date): string {
  const day = [at.getFullYear(), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join('-');
  return `${day} ${timeOfDay(at)}`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
