import type { BulkOutcome } from '../jobs/engine/bulk.ts';
import type { Job, Wait } from '../jobs/job.ts';
import { isFinal, type JobStatus } from '../jobs/lifecycle.ts';
import { attemptWords, FAILURE_WORDS } from './attempts.ts';
import { cutWithLength } from './cut.ts';
import {
  count,
  counted,
  estimate,
  exact,
  jobName,
  progressCount,
  rate,
  subject,
} from './format.ts';
import { escaped, printable } from './printable.ts';
import { limitText, priorityText } from './start_text.ts';
import { table } from './table.ts';
import { statusText } from './waiting_text.ts';

const HEAD = ['ID', 'TYPE', 'STATUS', 'PROGRESS', 'CREATED', 'SUBJECT'];

/** A job's status as a predicate: "has failed", "is running". */
export function stateOf(status: JobStatus): string {
  if (status === 'completed' || status === 'failed') return `has ${status}`;
  return status === 'cancelled' ? 'was cancelled' : `is ${status}`;
}

/** Jobs as a table of any width; the subject, which may be long, is last. */
export function jobTable(
  jobs: Job[],
  nextCursor?: string,
  waitOf: (job: Job) => Wait = () => ({}),
): string {
  if (jobs.length === 0 && !nextCursor) return 'No jobs match.\n';
  const now = new Date();
  const rows = jobs.map((job) => rowOf(job, statusText(job, waitOf(job), now)));
  const more = nextCursor ? `More jobs: add ?cursor=${encodeURIComponent(nextCursor)}\n` : '';
  return `${table(HEAD, rows, false)}\n${more}`;
}

function rowOf(job: Job, status: string): string[] {
  const { id, type, progress, createdAt } = job;
  const about = printable(subject(job) || jobName(job));
  return [id, type, status, progressCount(progress), exact(createdAt), about];
}

/**
 * A job in full, one field per line: its id first, its input last.
 * @param wait why it waits; see `TrackerReader.waits`.
 * @param result the words for its result, and what else there is to say of it; see `resultSummary`.
 */
export function jobText(job: Job, result: string[], wait: Wait = {}): string {
  const lines: [string, string | undefined][] = [
    ['id', job.id],
    ['job', jobName(job)],
    ['status', progressLine(job, wait)],
    ['failure', job.failure && FAILURE_WORDS[job.failure]],
    ['error', wholeError(job)],
    ['result', result[0]],
    ...result.slice(1).map((note): [string, string] => ['note', note]),
    ['rate', job.ratePerSecond === undefined ? '' : rate(job.ratePerSecond)],
    ['time left', job.etaSeconds === undefined ? '' : timeLeftText(job.etaSeconds)],
    ['no progress since', job.stalledSince && exact(job.stalledSince)],
    ['created', exact(job.createdAt)],
    ['started', job.startedAt && exact(job.startedAt)],
    ['ended', job.completedAt && exact(job.completedAt)],
    ['planned for', job.runAt && exact(job.runAt)],
    ['next attempt', job.retryAt && exact(job.retryAt)],
    ['priority', priorityText(job)],
    ['time limit', job.timeoutMs === undefined ? '' : limitText(job.timeoutMs)],
    ['attempts', attemptWords(job)],
    ['session', job.sessionId],
    ['started by', job.parentId ?? (job.agent && `agent ${job.agent}`)],
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

/** "about 40 s", from a job's `etaSeconds`. */
export function timeLeftText(etaSeconds: number): string {
  return `about ${estimate(etaSeconds * 1_000)}`;
}

/** The whole error, if the status line shows only its beginning. */
function wholeError({ errorMessage }: Job): string | undefined {
  return errorMessage && cutWithLength(errorMessage) !== errorMessage ? errorMessage : undefined;
}

/**
 * The id of a job that was just started, and how to watch it.
 * @param hasToken whether the server requires a token.
 */
export function startedText({ id }: Job, origin: string, hasToken: boolean): string {
  const address = `${origin}/api/jobs/${encodeURIComponent(id)}/stream`;
  const access = hasToken ? ' -H "Authorization: Bearer $XGPT_TOKEN"' : '';
  return `${escaped(id)}\nWatch it with: curl -N${access} -H 'Accept: text/plain' ${address}\n`;
}

/** A job's status in one line: `scrape-…  running  280 / 1,000  Reading page 14 of 50`. */
export function jobLine(job: Job, wait: Wait = {}): string {
  return `${escaped(job.id)}  ${printable(progressLine(job, wait))}\n`;
}

/** The same without the id; a long error is cut. */
export function progressLine(job: Job, wait: Wait = {}): string {
  const { status, progress, errorMessage = '' } = job;
  const { current, total, message } = progress;
  const counts = total > 0 ? `${count(current)} / ${count(total)}` : '';
  const words = isFinal(status) || status === 'retrying' ? errorMessage : message;
  return [statusText(job, wait, new Date()), counts, cutWithLength(words)]
    .filter(Boolean)
    .join('  ');
}

const DONE = { cancel: 'cancelled', retry: 'requeued', remove: 'removed' };

const SKIPPED = {
  cancel: 'already ended or removed',
  retry: 'active, removed, or run by another program',
  remove: 'active or removed',
};

/** The outcome of a change of many jobs, in one to three sentences. */
export function bulkText({ action, done, skipped: all, pinned = 0 }: BulkOutcome): string {
  const skipped = all - pinned;
  const rest =
    skipped === 0
      ? ''
      : ` ${counted(skipped, 'job was', 'jobs were')} skipped: ${SKIPPED[action]}.`;
  const kept =
    pinned === 0 ? '' : ` ${counted(pinned, 'pinned job was', 'pinned jobs were')} kept.`;
  return `${counted(done, 'job')} ${DONE[action]}.${rest}${kept}`;
}
