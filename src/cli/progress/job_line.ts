import { styleText } from 'node:util';
import {
  duration,
  estimate,
  jobName,
  progressCount,
  rate,
  relative,
  timeLeft,
  took,
} from '../../../views/format.ts';
import { resultSummary } from '../../../views/jobs/result_summary.ts';
import { fitted, printable } from '../../../views/text/printable.ts';
import type { JobView } from '../../../views/view_models.ts';
import { isFinal, type Job, type JobStatus } from '../../jobs/index.ts';

const BAR_WIDTH = 20;

const TURNING = '◐◓◑◒';

const ICONS: Record<JobStatus, string> = {
  queued: '○',
  running: '◐',
  retrying: '↻',
  cancelling: '◑',
  completed: '●',
  failed: '▲',
  cancelled: '⊘',
};

const COLOURS: Record<JobStatus, Parameters<typeof styleText>[0]> = {
  queued: 'dim',
  running: 'blueBright',
  retrying: 'yellow',
  cancelling: 'yellow',
  completed: 'green',
  failed: 'red',
  cancelled: 'dim',
};

/** A job that is under way in one line of a terminal, at most `columns` wide. */
export function jobLine(view: JobView, now: Date, columns: number): string {
  const { job } = view;
  const turn = Math.floor(now.getTime() / 250) % TURNING.length;
  const icon = job.status === 'running' ? TURNING.charAt(turn) : ICONS[job.status];
  const words = [bar(job), progressCount(job.progress), ...numbers(view, now), state(job, now)];
  const text = [name(job), ...words.filter(Boolean)].join('  ');
  return `${coloured(job.status, icon)} ${fitted(text, columns - 2)}`;
}

/** How a job ended: "● scrape @aurora_lab  completed in 0:07". */
export function endLine(job: Job): string {
  return `${coloured(job.status, ICONS[job.status])} ${name(job)}  ${ending(job)}`;
}

function ending(job: Job): string {
  const reason = job.errorMessage ? `: ${printable(job.errorMessage)}` : '';
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

/** A status by its shape and colour. */
export function statusIcon(status: JobStatus): string {
  return coloured(status, ICONS[status]);
}

/** A job's name, short enough to leave room beside it. */
function name(job: Job): string {
  return fitted(printable(jobName(job)), 32);
}

function coloured(status: JobStatus, text: string): string {
  return styleText(COLOURS[status], text, { stream: process.stderr });
}

function bar({ status, progress: { current, total } }: Job): string {
  if (total <= 0 || isFinal(status)) return '';
  const full = Math.floor((Math.min(current, total) / total) * BAR_WIDTH);
  return '▓'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}

function numbers(view: JobView, now: Date): string[] {
  const { job, perSecond } = view;
  if (job.status !== 'running' || !job.startedAt) return [];
  const left = timeLeft(view);
  const parts = [
    perSecond && rate(perSecond),
    left !== undefined && `about ${estimate(left)} left`,
    duration(now.getTime() - job.startedAt.getTime()),
  ];
  return [parts.filter(Boolean).join(' · ')];
}

function state(job: Job, now: Date): string {
  switch (job.status) {
    case 'running':
      return printable(job.progress.message);
    case 'retrying':
      return `tries again ${job.retryAt ? relative(job.retryAt, now) : 'soon'}: ${printable(job.errorMessage ?? '')}`;
    default:
      return job.status;
  }
}
