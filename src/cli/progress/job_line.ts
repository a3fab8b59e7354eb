import { isFinal, type Job } from '../../jobs/index.ts';
import type { JobView } from '../../jobs/job.ts';
import { resultNotes, resultSummary } from '../../operations/words.ts';
import { cutWithLength } from '../../text/cut.ts';
import {
  duration,
  estimate,
  jobDuration,
  jobName,
  progressCount,
  rate,
  timeLeft,
} from '../../text/format.ts';
import { fitted, printable } from '../../text/printable.ts';
import { statusText, waitingText } from '../../text/waiting_text.ts';
import { movingIcon, statusIcon } from './status_icon.ts';

const GAP = '  ';

/** The width of a bar; a line of fewer than `from` columns has none. */
const BAR = { from: 49, narrowest: 5, widest: 20 };

const WIDEST_NAME = 32;

/** Text cut to fewer columns than this is left out. */
const NARROWEST_CUT = 4;

/** The columns a line needs to show these beside the time left. */
const ROOM_FOR = { elapsed: 90, rate: 110 };

/**
 * An active job as one line of a terminal, at most `columns` wide. The count and the time left have
 * priority over bar, message and name.
 */
export function jobLine(view: JobView, now: Date, columns: number): string {
  const { job } = view;
  const room = columns - 2;
  const numbers = [progressCount(job.progress), times(view, now, columns)].filter(Boolean);
  if (room < widthOf(numbers)) numbers.pop();
  const fixed = [bar(job, columns), ...numbers].filter(Boolean);
  const name = cut(nameOf(job), room - widthOf(['', ...fixed]));
  const start = [name, ...fixed].filter(Boolean);
  const words = cut(state(view, now), room - widthOf([...start, '']));
  const text = [...start, words].filter(Boolean).join(GAP);
  return `${movingIcon(job.status, now)} ${fitted(text, room)}`;
}

/** The columns that parts take side by side. */
function widthOf(parts: string[]): number {
  return Bun.stringWidth(parts.join(GAP));
}

/** Cuts a text to `columns`; empty when too little of it would be left. */
function cut(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text;
  return columns < NARROWEST_CUT ? '' : fitted(text, columns);
}

/**
 * How a job ended: "● scrape @aurora_lab  completed in 0:07: 100 posts"; what else there is to say of its
 * result follows in lines of its own.
 */
export function endLine(job: Job): string {
  const end = `${statusIcon(job.status, process.stderr)} ${nameOf(job)}${GAP}${ending(job)}`;
  const notes = resultNotes(job, 'terminal').map((note) => `${GAP}${printable(note)}`);
  return [end, ...notes].join('\n');
}

function ending(job: Job): string {
  const reason = job.errorMessage ? `: ${printable(cutWithLength(job.errorMessage))}` : '';
  const after = job.startedAt === undefined ? ' before it started' : ` after ${jobDuration(job)}`;
  switch (job.status) {
    case 'completed':
      return `completed in ${jobDuration(job)}: ${printable(resultSummary(job)) || 'done'}`;
    case 'failed':
      return `failed${after}${reason}`;
    default:
      return `${job.status}${after}${reason}`;
  }
}

/** A job's name, cut to leave room beside it. */
function nameOf(job: Job): string {
  return fitted(printable(jobName(job)), WIDEST_NAME);
}

function bar({ status, progress: { current, total } }: Job, columns: number): string {
  if (total <= 0 || isFinal(status) || columns < BAR.from) return '';
  const width = Math.max(BAR.narrowest, Math.min(BAR.widest, Math.floor(columns / 5) - 8));
  const full = Math.floor((Math.min(current, total) / total) * width);
  return '▓'.repeat(full) + '░'.repeat(width - full);
}

/** Rate, time left and elapsed time; the time left has priority. */
function times(view: JobView, now: Date, columns: number): string {
  const { job, perSecond, stalledSince } = view;
  if (job.status !== 'running' || !job.startedAt) return '';
  if (stalledSince) return `no progress for ${duration(now.getTime() - stalledSince.getTime())}`;
  const left = timeLeft(view);
  const parts = [
    perSecond && columns >= ROOM_FOR.rate && rate(perSecond),
    left !== undefined && `about ${estimate(left)} left`,
    (left === undefined || columns >= ROOM_FOR.elapsed) &&
      duration(now.getTime() - job.startedAt.getTime()),
  ];
  return parts.filter(Boolean).join(' · ');
}

function state(view: JobView, now: Date): string {
  const { job } = view;
  switch (job.status) {
    case 'running':
      return printable(cutWithLength(job.progress.message));
    case 'retrying':
      return `${waitingText(job, view, now) || 'retries soon'}: ${printable(cutWithLength(job.errorMessage ?? ''))}`;
    default:
      return printable(statusText(job, view, now));
  }
}

/** The result of a completed job, for standard output: the usernames it found, or a summary. */
export function resultLines(job: Job): string[] {
  return foundLines(job) ?? [printable(resultSummary(job))].filter(Boolean);
}

/** The usernames that a job found, which its summary does not list. */
export function foundLines({ result }: Job): string[] | undefined {
  const { found } = (result ?? {}) as { found?: unknown };
  if (!Array.isArray(found)) return undefined;
  return found.map((name) => (typeof name === 'string' ? printable(name) : '')).filter(Boolean);
}
