import { type HoldOf, isFinal, type Job } from '../jobs/index.ts';
import type { ResultLink } from '../operations/operation.ts';
import { nextLink, resultLinks, resultNotes, resultSummary } from '../operations/words.ts';
import { abridge } from '../text/abridge.ts';
import { cut } from '../text/cut.ts';
import { clockTime, estimate, jobName, progressCount, rate } from '../text/format.ts';
import { lackText, pauseText } from '../text/queue_text.ts';
import { startsLater, startText } from '../text/start_text.ts';
import { forAgents } from './agent_words.ts';
import { plainLine } from './collected.ts';
import { jobUri } from './uris.ts';

/** What agents read about jobs. */

/** The longest status message, in UTF-16 code units. A source may have written some of it. */
const MAX_STATUS = 300;

/** The longest message, error or note of a job, in UTF-16 code units. */
const MAX_MESSAGE = 500;

/** How many of a job's notes are told. */
const MAX_NOTES = 10;

/**
 * What the job is doing: its stage, message, progress, rate and time left; or why it waits, how it
 * ended.
 */
export function statusMessage(job: Job, holdOf: HoldOf, now = new Date()): string {
  const name = plainLine(jobName(job), MAX_STATUS / 2);
  return plainLine(`${name}: ${forAgents(stateText(job, holdOf, now))}`, MAX_STATUS);
}

function stateText(job: Job, holdOf: HoldOf, now: Date): string {
  switch (job.status) {
    case 'queued':
      return waitingText(job, holdOf, now);
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

function waitingText(job: Job, holdOf: HoldOf, now: Date): string {
  const { pause, lack } = holdOf(job);
  if (pause) return pauseText(pause);
  if (startsLater(job, now)) return startText(job.runAt, now);
  return lack ? lackText(lack) : 'waits in the queue';
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

/**
 * Where an unfinished job is, in words of our own alone: it stands outside of what is marked as
 * collected.
 */
export function ownWords(job: Job, holdOf: HoldOf, now = new Date()): string {
  switch (job.status) {
    case 'queued': {
      const { pause, lack } = holdOf(job);
      const isHeld = pause || (lack && !startsLater(job, now));
      return `${isHeld ? 'waits, because ' : ''}${waitingText(job, holdOf, now)}`;
    }
    case 'retrying':
      return `waits for another attempt${job.retryAt ? ` at ${clockTime(job.retryAt, now)}` : ''}`;
    case 'cancelling':
      return 'is being cancelled';
    default:
      return 'is running';
  }
}

/**
 * What becomes of an unfinished job, in words of our own: empty, or a sentence.
 * @param closing aborted when this process stops. Another one may run the job then.
 */
export function whatBecomes(job: Job, holdOf: HoldOf, closing?: AbortSignal): string {
  if (job.status === 'cancelling') return '';
  const { pause, lack } = holdOf(job);
  if (pause) return 'It starts when a person resumes that.';
  if (lack) return 'It starts when that program runs.';
  if (closing?.aborted) {
    return 'This xgpt process stops: another one runs the job, or the next one that starts.';
  }
  return job.status === 'queued' ? 'It starts when its turn comes.' : 'It goes on.';
}

/** A job as agents see it in lists and alone: bounded, whatever it read and returned. */
export function jobJson(job: Job, holdOf: HoldOf): Record<string, unknown> {
  const { id, type, status, progress, createdAt, completedAt } = job;
  const { metadata, sessionId, agent, errorMessage } = job;
  return {
    id,
    uri: jobUri(id),
    ...{ type, status, statusMessage: statusMessage(job, holdOf) },
    ...(errorMessage !== undefined && { error: cut(forAgents(errorMessage), MAX_MESSAGE) }),
    progress: { current: progress.current, total: progress.total },
    createdAt: createdAt.toISOString(),
    ...(completedAt && { completedAt: completedAt.toISOString() }),
    ...(metadata && { input: abridge(metadata) }),
    ...(sessionId !== undefined && { sessionId }),
    ...(agent !== undefined && { startedBy: agent }),
  };
}

/** The same with the job's result, if it has ended. */
export function endedJson(job: Job, holdOf: HoldOf): Record<string, unknown> {
  if (!isFinal(job.status)) return jobJson(job, holdOf);
  const notes = [...resultNotes(job, 'api'), ...nowPossible(job)].slice(0, MAX_NOTES);
  const next = nextCalls(job);
  return {
    ...jobJson(job, holdOf),
    ...(job.result !== undefined && { result: abridge(withSource(job)) }),
    ...(notes.length > 0 && { notes: notes.map((note) => cut(forAgents(note), MAX_MESSAGE)) }),
    ...(next.length > 0 && { next }),
  };
}

/** The names in a result are those of one source, and the other tools want it, too. */
function withSource({ result, metadata }: Job): unknown {
  const source = metadata?.source;
  const isPlain = typeof result === 'object' && result !== null && !Array.isArray(result);
  return isPlain && typeof source === 'string' ? { source, ...result } : result;
}

/** A call of another tool, which an answer suggests. */
interface NextCall {
  tool: string;
  arguments: Record<string, string>;
}

/**
 * The calls that read what a job has brought, by the links of its page: a find for each author or term,
 * or the profiles. A link to a list of everything is none, as is one that wants words first.
 */
function nextCalls(job: Job): NextCall[] {
  const next = nextLink(job);
  if (!next) return [];
  const links = resultLinks(job);
  return (links.length > 0 ? links : [next]).flatMap((link) => callOf(link, job) ?? []);
}

function callOf({ path, query }: ResultLink, { metadata }: Job): NextCall | undefined {
  if (Object.keys(query).length === 0 || isFindByMeaning(query)) return undefined;
  if (path === '/find') return { tool: 'find', arguments: query };
  const source = metadata?.source;
  if (path !== '/profiles' || typeof source !== 'string' || query.q === undefined) return undefined;
  return { tool: 'get_profile', arguments: { source, username: query.q } };
}

/** What the page asks words for first. */
const isFindByMeaning = ({ by, q }: Record<string, string>) => by === 'meaning' && q === undefined;

function nowPossible(job: Job): string[] {
  const next = nextLink(job);
  if (!next || !isFindByMeaning(next.query)) return [];
  return ['Posts can be found by meaning: call find with "by": "meaning", and q.'];
}
