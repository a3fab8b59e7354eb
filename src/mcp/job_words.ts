import { isFinal, type Job, type Tracker } from '../jobs/index.ts';
import { nextLink, resultNotes, resultSummary } from '../operations/words.ts';
import { abridge } from '../text/abridge.ts';
import { cut } from '../text/cut.ts';
import { clockTime, estimate, jobName, progressCount, rate } from '../text/format.ts';
import { printable } from '../text/printable.ts';
import { pauseText } from '../text/queue_text.ts';
import { startsLater, startText } from '../text/start_text.ts';
import { jobUri } from './uris.ts';

/** What agents read about jobs. Texts that a source may have written are cut and on one line. */

/** The longest status message, error or message of a job, in UTF-16 code units. */
const MAX_MESSAGE = 500;

/** How many of a job's notes are told. */
const MAX_NOTES = 10;

/**
 * What the job is doing: its stage, message, progress, rate and time left; or why it waits, how it
 * ended.
 */
export function statusMessage(job: Job, tracker: Tracker, now = new Date()): string {
  const message = `${printable(jobName(job))}: ${printable(stateText(job, tracker, now))}`;
  return cut(message, MAX_MESSAGE);
}

function stateText(job: Job, tracker: Tracker, now: Date): string {
  switch (job.status) {
    case 'queued':
      return waitingText(job, tracker, now);
    case 'retrying':
      return `waits for another attempt${job.retryAt ? ` at ${clockTime(job.retryAt, now)}` : ''}: ${job.errorMessage ?? job.errors.at(-1) ?? ''}`;
    case 'running':
      return runningText(job);
    case 'cancelling':
      return 'is being cancelled';
    case 'completed':
      return resultSummary(job) || 'completed';
    case 'failed':
      return `failed: ${job.errorMessage ?? 'no reason was given'}`;
    case 'cancelled':
      return job.errorMessage ? `cancelled: ${job.errorMessage}` : 'cancelled';
  }
}

function waitingText(job: Job, tracker: Tracker, now: Date): string {
  const pause = tracker.reader.pauseOf()(job);
  if (pause) return pauseText(pause);
  return startsLater(job, now) ? startText(job.runAt, now) : 'waits in the queue';
}

function runningText({ progress, ratePerSecond, etaSeconds, stalledSince }: Job): string {
  const { stage, message } = progress;
  const parts = [
    stage,
    message,
    progressCount(progress),
    ratePerSecond !== undefined && stage !== 'fetching' && rate(ratePerSecond),
    etaSeconds !== undefined && `about ${estimate(etaSeconds * 1_000)} left`,
    stalledSince && 'no progress for a while',
  ];
  return parts.filter(Boolean).join(' · ') || 'has started';
}

/** A job as agents see it in lists and alone: bounded, whatever it read and returned. */
export function jobJson(job: Job, tracker: Tracker): Record<string, unknown> {
  const { id, type, status, progress, createdAt, completedAt, metadata, sessionId, agent } = job;
  return {
    id,
    uri: jobUri(id),
    ...{ type, status, statusMessage: statusMessage(job, tracker) },
    progress: { current: progress.current, total: progress.total },
    createdAt: createdAt.toISOString(),
    ...(completedAt && { completedAt: completedAt.toISOString() }),
    ...(metadata && { input: abridge(metadata) }),
    ...(sessionId !== undefined && { sessionId }),
    ...(agent !== undefined && { startedBy: agent }),
  };
}

/** The same with the job's result, if it has ended. */
export function endedJson(job: Job, tracker: Tracker): Record<string, unknown> {
  if (!isFinal(job.status)) return jobJson(job, tracker);
  const notes = resultNotes(job, 'api').slice(0, MAX_NOTES);
  const next = nextLink(job);
  return {
    ...jobJson(job, tracker),
    ...(job.result !== undefined && { result: abridge(job.result) }),
    ...(notes.length > 0 && { notes: notes.map((note) => cut(note, MAX_MESSAGE)) }),
    ...(next?.path === '/find' && { next: { tool: 'find', arguments: next.query } }),
  };
}
