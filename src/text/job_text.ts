import type { Job } from '../jobs/job.ts';
import { attemptWords } from './attempts.ts';
import { cutTelling } from './cut.ts';
import { FAILURE_WORDS } from './failure_words.ts';
import { exact, jobName, progressCount, subject } from './format.ts';
import { printable } from './printable.ts';
import { progressLine } from './progress_line.ts';
import { table } from './table.ts';

const HEAD = ['ID', 'TYPE', 'STATUS', 'PROGRESS', 'CREATED', 'WHAT'];

/** Jobs as a table for a terminal of any width; what was asked, which may be long, is last. */
export function jobTable(jobs: Job[], nextCursor?: string): string {
  if (jobs.length === 0 && !nextCursor) return 'There are no such jobs.\n';
  const more = nextCursor ? `There are more: add ?cursor=${encodeURIComponent(nextCursor)}\n` : '';
  return `${table(HEAD, jobs.map(rowOf), false)}\n${more}`;
}

function rowOf(job: Job): string[] {
  const { id, type, status, progress, createdAt } = job;
  const what = printable(subject(job) || jobName(job));
  return [id, type, status, progressCount(progress), exact(createdAt), what];
}

/**
 * All that is known of a job, a line each: its id first, its input last.
 * @param result the words for its result; see `resultSummary`.
 */
export function jobText(job: Job, result: string): string {
  const lines: [string, string | undefined][] = [
    ['id', job.id],
    ['what', jobName(job)],
    ['now', progressLine(job)],
    ['failure', job.failure && FAILURE_WORDS[job.failure]],
    ['error', wholeError(job)],
    ['result', result],
    ['created', exact(job.createdAt)],
    ['started', job.startedAt && exact(job.startedAt)],
    ['ended', job.completedAt && exact(job.completedAt)],
    ['next attempt', job.retryAt && exact(job.retryAt)],
    ['attempts', attemptWords(job)],
    ['session', job.sessionId],
    ['started by', job.parentId],
    ...Object.entries(job.metadata ?? {}).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ];
  const known = lines.filter((line): line is [string, string] => Boolean(line[1]));
  const width = Math.max(...known.map(([name]) => printable(name).length));
  return known
    .map(([name, value]) => `${printable(name).padEnd(width)}  ${printable(value)}\n`)
    .join('');
}

/** The error of which the line about how it stands tells the beginning alone. */
function wholeError({ errorMessage }: Job): string | undefined {
  return errorMessage && cutTelling(errorMessage) !== errorMessage ? errorMessage : undefined;
}

/**
 * A job that was just started: its id, and how to watch it.
 * @param hasToken whether the server asks for access.
 */
export function startedText({ id }: Job, origin: string, hasToken: boolean): string {
  const address = `${origin}/api/jobs/${encodeURIComponent(id)}/stream`;
  const access = hasToken ? ' -H "Authorization: Bearer $XGPT_TOKEN"' : '';
  return `${id}\nWatch it with: curl -N${access} -H 'Accept: text/plain' ${address}\n`;
}

/** How a job stands, in a line: `scrape-…  running  280 / 1,000  Reading page 14 of 50`. */
export function jobLine(job: Job): string {
  return `${job.id}  ${printable(progressLine(job))}\n`;
}
