import { cut } from '../../text/cut.ts';
import { storedLine } from '../../text/log_lines.ts';
import type { JobProgress } from '../job.ts';

/** The longest message, in UTF-16 code units. */
const MAX_MESSAGE = 500;

const MAX_STAGE = 100;

/** The longest line of a log, in UTF-16 code units. */
const MAX_LINE = 8_000;

/** The longest stored error, in UTF-16 code units. */
const MAX_ERROR = 10_000;

/** From this total on, a rounded count has the same share within half a percent. */
const FINE_TOTAL = 100;

const UNPRINTABLE = /(?!\t)\p{Cc}/gu;

/** The same where lines may end. A NUL is among them: functions of SQLite read it as the end of a text. */
const UNPRINTABLE_IN_LINES = /(?![\t\n])\p{Cc}/gu;

/** Halves of a surrogate pair; they would become U+FFFD on their way to the disk. */
const LONE_SURROGATES = /\p{Cs}/gu;

/** Progress in whole numbers from 0 to `Number.MAX_SAFE_INTEGER`. */
interface Measure {
  current: number;
  /** 0 = unknown. */
  total: number;
}

/** Progress as it can be stored and shown, whatever a handler reported. */
export function tidied(progress: JobProgress): JobProgress {
  return {
    ...progress,
    ...measured(progress),
    message: oneLine(progress.message),
    ...(progress.stage !== undefined && { stage: cut(bareLine(progress.stage), MAX_STAGE) }),
  };
}

/**
 * The same share in whole numbers. Fractions (0.6 of 1) and totals above the largest safe integer
 * become hundredths: 60 of 100. A total that is not finite or not above 0 is unknown; a current that
 * is not finite or below 0 is 0.
 */
export function measured({ current, total }: Measure): Measure {
  const done = Number.isFinite(current) ? Math.max(0, current) : 0;
  if (!(Number.isFinite(total) && total > 0)) return { current: count(done), total: 0 };
  // The total was estimated too low.
  const all = Math.max(total, done);
  if (!canBeCounted(done, all)) return inHundredths(done / all);
  return { current: count(done), total: count(all) };
}

function canBeCounted(current: number, total: number): boolean {
  if (total > Number.MAX_SAFE_INTEGER) return false;
  return total >= FINE_TOTAL || (Number.isInteger(current) && Number.isInteger(total));
}

/** 100 of 100 only when everything is done. */
function inHundredths(share: number): Measure {
  return { current: share < 1 ? Math.min(99, Math.round(share * 100)) : 100, total: 100 };
}

/** Rounds a finite number, 0 or more, to one that SQLite and JavaScript both represent exactly. */
function count(value: number): number {
  return Math.min(Math.round(value), Number.MAX_SAFE_INTEGER);
}

/** Whole lines as they are stored, each with its time and at most 8,000 code units of text. */
export function linesOf(text: unknown, at: Date): string {
  const lines = Bun.stripANSI(String(text ?? '')).split(/\r\n|[\n\r\u2028\u2029]/);
  return lines
    .map((line) => line.replace(LONE_SURROGATES, '').replace(UNPRINTABLE, ' '))
    .map((line) => storedLine(cut(line, MAX_LINE), at))
    .join('');
}

/** A message of at most 500 code units; see `bareLine`. */
export function oneLine(text: unknown): string {
  return cut(bareLine(text), MAX_MESSAGE);
}

/** Without control characters: a newline in a message would end a line of the event stream. */
function bareLine(text: unknown): string {
  return Bun.stripANSI(String(text ?? ''))
    .replace(LONE_SURROGATES, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/**
 * An error as it is stored: without control characters and the colours of a terminal, at most 10,000
 * UTF-16 code units. A longer one is cut between visible characters; its last line gives the original
 * length.
 */
export function boundedError(text: string): string {
  const lines = Bun.stripANSI(text).replaceAll('\r\n', '\n').replace(LONE_SURROGATES, '');
  const whole = lines.replace(UNPRINTABLE_IN_LINES, ' ');
  if (whole.length <= MAX_ERROR) return whole;
  const note = `\n[Truncated from ${whole.length.toLocaleString('en')} characters.]`;
  return cut(whole, MAX_ERROR - note.length) + note;
}
