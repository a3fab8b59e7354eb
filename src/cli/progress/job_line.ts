import type { JobView } from '../../../views/view_models.ts';
import { isFinal, type Job } from '../../jobs/index.ts';
import { resultSummary } from '../../operations/words.ts';
import { cutTelling } from '../../text/cut.ts';
import {
  duration,
  estimate,
  jobName,
  progressCount,
  rate,
  relative,
  timeLeft,
  took,
} from '../../text/format.ts';
import { fitted, printable } from '../../text/printable.ts';
import { movingIcon, statusIcon } from './status_icon.ts';

const GAP = '  ';

/** How wide a bar is: in a line that is shorter than `from` columns there is none. */
const BAR = { from: 49, narrowest: 5, widest: 20 };

const WIDEST_NAME = 32;

/** What is cut to less than this tells nothing, in columns. */
const NARROWEST_CUT = 4;

/** From how many columns on there is room for them beside the time left. */
const ROOM_FOR = { elapsed: 90, rate: 110 };

/**
 * A job that is under way in one line of a terminal, at most `columns` wide. The count and the time
 * left stand as long as they fit at all; bar, message and name give way to them.
 */
export function jobLine(view: JobView, now: Date, columns: number): string {
  const { job } = view;
  const room = columns - 2;
  const numbers = [progressCount(job.progress), times(view, now, columns)].filter(Boolean);
  if (room < widthOf(numbers)) numbers.pop();
  const fixed = [bar(job, columns), ...numbers].filter(Boolean);
  const name = cut(nameOf(job), room - widthOf(['', ...fixed]));
  const start = [name, ...fixed].filter(Boolean);
  const words = cut(state(job, now), room - widthOf([...start, '']));
  const text = [...start, words].filter(Boolean).join(GAP);
  return `${movingIcon(job.status, now)} ${fitted(text, room)}`;
}

/** Of parts that stand side by side. */
function widthOf(parts: string[]): number {
  return Bun.stringWidth(parts.join(GAP));
}

/** At most so many columns of it; nothing when that is too little to tell anything. */
function cut(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text;
  return columns < NARROWEST_CUT ? '' : fitted(text, columns);
}

/** How a job ended: "● scrape @aurora_lab  completed in 0:07". */
export function endLine(job: Job): string {
  return `${statusIcon(job.status, process.stderr)} ${nameOf(job)}${GAP}${ending(job)}`;
}

function ending(job: Job): string {
  const reason = job.errorMessage ? `: ${printable(cutTelling(job.errorMessage))}` : '';
  const after = job.startedAt === undefined ? ' before it started' : ` after ${took(job)}`;
  switch (job.status) {
    case 'completed':
      return `completed in ${took(job)}: ${printable(resultSummary(job)) || 'done'}`;
    case 'failed':
      return `failed${after}${reason}`;
    default:
      return `${job.status}${after}${reason}`;
  }
}

/** A job's name, short enough to leave room beside it. */
function nameOf(job: Job): string {
  return fitted(printable(jobName(job)), WIDEST_NAME);
}

function bar({ status, progress: { current, total } }: Job, columns: number): string {
  if (total <= 0 || isFinal(status) || columns < BAR.from) return '';
  const width = Math.max(BAR.narrowest, Math.min(BAR.widest, Math.floor(columns / 5) - 8));
  const full = Math.floor((Math.min(current, total) / total) * width);
  return '▓'.repeat(full) + '░'.repeat(width - full);
}

/** Rate, time left and time so far, the time left above all. */
function times(view: JobView, now: Date, columns: number): string {
  const { job, perSecond } = view;
  if (job.status !== 'running' || !job.startedAt) return '';
  const left = timeLeft(view);
  const parts = [
    perSecond && columns >= ROOM_FOR.rate && rate(perSecond),
    left !== undefined && `about ${estimate(left)} left`,
    (left === undefined || columns >= ROOM_FOR.elapsed) &&
      duration(now.getTime() - job.startedAt.getTime()),
  ];
  return parts.filter(Boolean).join(' · ');
}

function state(job: Job, now: Date): string {
  switch (job.status) {
    case 'running':
      return printable(cutTelling(job.progress.message));
    case 'retrying':
      return `tries again ${job.retryAt ? relative(job.retryAt, now) : 'soon'}: ${printable(cutTelling(job.errorMessage ?? ''))}`;
    default:
      return job.status;
  }
}
