import { databaseIssueOf } from '../../platform/database_issue.ts';
import type { JobDefinition } from '../definition.ts';
import { JobStopped, messageOf, PermanentError, type RetryHints, ShuttingDown } from '../errors.ts';
import type { Claimed, End } from '../store/store.ts';
import { queuedContext } from './context.ts';
import type { Desk } from './desk.ts';
import type { Execution } from './executions.ts';
import { checked } from './input.ts';
import { backoff } from './retry.ts';
import { Steps } from './steps.ts';

/** How long a job waits that the database's trouble has stopped, in ms. */
const POSTPONE_MS = 5_000;

const NOT_WRITTEN = 'What a job did could not be written';

/** Lets a definition do a claimed job once, and tells how that ends. Never throws. */
export async function attempt(
  desk: Desk,
  definition: JobDefinition,
  claimed: Claimed,
  execution: Execution,
): Promise<End> {
  try {
    return await attempted(desk, definition, claimed, execution);
  } catch {
    // Its message, or a hint in it, is code that throws.
    const error = new Error('The work failed with an error that cannot be read.');
    return failedAs(desk, definition, claimed, execution, error);
  }
}

async function attempted(
  desk: Desk,
  definition: JobDefinition,
  claimed: Claimed,
  execution: Execution,
): Promise<End> {
  const { undoing } = claimed;
  const steps = new Steps(execution, desk, claimed);
  try {
    const result = await worked(desk, definition, claimed, execution, steps);
    if (undoing !== undefined) throw new PermanentError(undoing);
    desk.complaints.over(NOT_WRITTEN);
    return { as: 'completed', result };
  } catch (error) {
    const reason =
      undoing === undefined || databaseIssueOf(error) ? error : new PermanentError(undoing);
    const isUndone = steps.canUndo && !databaseIssueOf(error);
    const last = isUndone ? await undone(desk, execution, steps, reason) : reason;
    return failedAs(desk, definition, claimed, execution, last);
  }
}

/** Without an `await` where there is nothing to wait for: quick jobs come by the thousand. */
async function worked(
  desk: Desk,
  definition: JobDefinition,
  { attempt, metadata, checkpoint, sessionId }: Claimed,
  execution: Execution,
  steps: Steps,
): Promise<unknown> {
  if (attempt > 1) desk.executions.log(execution, `Attempt ${attempt} begins.`);
  const value = checked(definition, metadata);
  const input = value instanceof Promise ? await value : value;
  const names = definition.steps?.(input) ?? [];
  if (names.length > 0) await desk.store.planSteps(execution, names);
  const context = queuedContext(execution, { checkpoint, sessionId }, steps, desk);
  return storable(await definition.run(input, context));
}

/**
 * When there will be no other attempt, what the steps did is undone first. A crash meanwhile is
 * made good by the next attempt, which does nothing else. Returns the error the attempt ends with.
 */
async function undone(
  { store }: Desk,
  execution: Execution,
  steps: Steps,
  error: unknown,
): Promise<unknown> {
  const { signal } = execution.controller;
  const reason = messageOf(error);
  try {
    const isForGood = hintsOf(error).permanent || (await store.isLastAttempt(execution));
    if (signal.aborted || !isForGood) return error;
    await store.beginUndoing(execution, reason);
    await steps.undo();
    return new PermanentError(reason, { cause: error });
  } catch (cause) {
    if (databaseIssueOf(cause)) return cause;
    const message = `${reason} Undoing what was done failed as well: ${messageOf(cause)}`;
    return new Error(message, { cause });
  }
}

function failedAs(
  { clock, logger, complaints, executions }: Desk,
  definition: JobDefinition,
  claimed: Claimed,
  execution: Execution,
  error: unknown,
): End {
  const { signal } = execution.controller;
  const { id: job, attempt } = claimed;
  const message = messageOf(error);
  if (!signal.aborted) executions.log(execution, `Attempt ${attempt} failed. ${message}`);
  if (signal.reason instanceof ShuttingDown) return { as: 'released' };
  if (signal.reason instanceof JobStopped) return { as: 'cancelled' };
  const now = clock.now();
  const trouble = databaseIssueOf(error);
  if (trouble) {
    complaints.tell(NOT_WRITTEN, error);
    const reason = `${trouble.title} The job goes on by itself when that is over.`;
    return { as: 'postponed', reason, retryAt: now + POSTPONE_MS };
  }
  const { permanent, retryAt } = hintsOf(error);
  logger.warn('An attempt failed.', { job, attempt, error });
  if (permanent) return { as: 'failed', reason: message, failure: 'permanent' };
  // A time that has passed already must not make the attempts follow each other at once.
  const due = Math.max(retryAt, now + backoff(claimed.attemptsUsed, definition.retry));
  return { as: 'retrying', reason: message, retryAt: Math.ceil(due) };
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
