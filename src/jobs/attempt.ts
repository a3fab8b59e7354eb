import { troubleOf } from '../database_trouble.ts';
import { queuedContext } from './context.ts';
import type { JobDefinition } from './definition.ts';
import type { Desk } from './desk.ts';
import {
  InvalidInput,
  JobStopped,
  PermanentError,
  type RetryHints,
  ShuttingDown,
} from './errors.ts';
import type { Execution } from './executions.ts';
import { parseInput } from './input.ts';
import type { Job } from './job.ts';
import { backoff } from './retry.ts';
import { Steps } from './steps.ts';
import type { Claimed } from './store.ts';

/** How long a job waits that the database's trouble has stopped, in ms. */
const POSTPONE_MS = 5_000;

const NOT_WRITTEN = 'What a job did could not be written';

/** Brings an end to disk; `undefined` when the job is not this attempt's any more. */
export type End = () => Job | undefined;

/** Lets a definition do a claimed job once, and tells how that ends. Never throws. */
export async function attempt(
  desk: Desk,
  definition: JobDefinition,
  { job, checkpoint }: Claimed,
  execution: Execution,
): Promise<End> {
  const { store, executions, clock } = desk;
  const failed = (error: unknown): End => {
    const isStopped = execution.controller.signal.aborted;
    if (!isStopped) executions.log(execution, `Attempt ${job.attempt} failed. ${messageOf(error)}`);
    return () => failedEnd(desk, definition, job, execution, error);
  };
  if (job.attempt > 1) executions.log(execution, `Attempt ${job.attempt} begins.`);
  let steps: Steps | undefined;
  let undoing: string | undefined;
  try {
    undoing = desk.details.undoing(job.id);
    steps = new Steps(execution, desk, undoing !== undefined);
    const start = { checkpoint, sessionId: job.sessionId };
    const input = await parseInput(definition, job.metadata);
    desk.details.planSteps(execution, definition.steps?.(input) ?? []);
    const work = definition.run(input, queuedContext(execution, start, steps, desk));
    const result = storable(await work);
    if (undoing !== undefined) throw new PermanentError(undoing);
    desk.complaints.over(NOT_WRITTEN);
    return () => store.complete(execution, result, clock.now());
  } catch (error) {
    if (troubleOf(error)) return failed(error);
    const reason = undoing === undefined ? error : new PermanentError(undoing);
    if (!steps?.canUndo) return failed(reason);
    return failed(await undone(desk, execution, steps, reason));
  }
}

/**
 * When there will be no other attempt, what the steps did is undone first. A crash meanwhile is
 * made good by the next attempt, which does nothing else. Returns the error the attempt ends with.
 */
async function undone(
  { details, store }: Desk,
  execution: Execution,
  steps: Steps,
  error: unknown,
): Promise<unknown> {
  const { signal } = execution.controller;
  const reason = messageOf(error);
  try {
    const isForGood = hintsOf(error).permanent || store.isLastAttempt(execution);
    if (signal.aborted || !isForGood) return error;
    details.beginUndoing(execution, reason);
    await steps.undo();
    return new PermanentError(reason, { cause: error });
  } catch (cause) {
    if (troubleOf(cause)) return cause;
    const message = `${reason} Undoing what was done failed as well: ${messageOf(cause)}`;
    return new Error(message, { cause });
  }
}

function failedEnd(
  { store, clock, logger, complaints }: Desk,
  definition: JobDefinition,
  job: Job,
  execution: Execution,
  error: unknown,
): Job | undefined {
  const { reason } = execution.controller.signal;
  if (reason instanceof ShuttingDown) return store.release(execution, clock.now());
  if (reason instanceof JobStopped) return undefined;
  const now = clock.now();
  const trouble = troubleOf(error);
  if (trouble) {
    complaints.tell(NOT_WRITTEN, error);
    const why = `${trouble.title} The job goes on by itself when that is over.`;
    return store.postpone(execution, why, now + POSTPONE_MS, now);
  }
  const message = messageOf(error);
  const { permanent, retryAt } = hintsOf(error);
  logger.warn('An attempt failed.', { job: job.id, attempt: job.attempt, error });
  if (permanent) return store.fail(execution, message, now);
  // A time that has passed already must not make the attempts follow each other at once.
  const due = Math.max(retryAt, now + backoff(job, definition.retry));
  // Refused when the attempts are used up.
  return store.retryLater(execution, message, due, now) ?? store.fail(execution, message, now);
}

/** What cannot be written is told from a disk that cannot be written to: waiting helps the latter. */
function storable(result: unknown): unknown {
  try {
    if (result === undefined || JSON.stringify(result) !== undefined) return result;
  } catch (cause) {
    throw new PermanentError(`The result cannot be stored. ${messageOf(cause)}`, { cause });
  }
  throw new PermanentError('The result cannot be stored. It is no JSON.');
}

/** Of any error, whoever made it: what cannot be read as a hint is none. */
function hintsOf(error: unknown): { permanent: boolean; retryAt: number } {
  const { permanent, retryAt }: { [Hint in keyof RetryHints]: unknown } = Object(error);
  const time = retryAt instanceof Date ? retryAt.getTime() : Number.NaN;
  return { permanent: permanent === true, retryAt: Number.isNaN(time) ? 0 : time };
}

function messageOf(error: unknown): string {
  if (error instanceof InvalidInput) return `The input cannot be used. ${error.message}`;
  if (!(error instanceof Error)) {
    return typeof error === 'object' ? Bun.inspect(error) : String(error);
  }
  return typeof error.message === 'string' && error.message ? error.message : String(error);
}
