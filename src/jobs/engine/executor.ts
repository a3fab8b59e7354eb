import { databaseIssueOf } from '../../platform/database_issue.ts';
import type { Logger } from '../../platform/logger.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import type { JobDefinition } from '../definition.ts';
import {
  InvalidInput,
  JobStopped,
  JobTimedOut,
  messageOf,
  PermanentError,
  ShuttingDown,
} from '../errors.ts';
import type { Lack } from '../job.ts';
import { lackAmong } from '../needs.ts';
import type { Claimed, End, RunReader } from '../store/store.ts';
import { type ContextDeps, queuedContext } from './context.ts';
import type { ErrorReporter } from './error_reporter.ts';
import type { Execution } from './executions.ts';
import { checked } from './input.ts';
import { backoff } from './retry.ts';
import { hintsOf } from './retry_hints.ts';
import { Steps, type StepsDeps } from './steps.ts';
import { storable } from './storable.ts';

/** How long a job waits after the database could not be written to, in ms. */
const POSTPONE_MS = 5_000;

/** How long a job waits that is left to other processes, in ms. */
const LEAVE_MS = 1_000;

const NOT_WRITTEN = 'The results of a job could not be written';

export interface ExecutorDeps extends ContextDeps, StepsDeps {
  runs: RunReader;
  logger: Logger;
  errors: ErrorReporter;
}

/** A claimed job, and what it runs with. */
export interface Work {
  definition: JobDefinition;
  claimed: Claimed;
  execution: Execution;
}

/** The process does not have what the job needs; another one may. */
class LeftToOthers extends Error {
  readonly expected = true;
  readonly retryAt: Date;
  constructor({ what, name }: Lack, now: number) {
    super(
      `This process does not have the ${what} "${cut(name, MAX_NAME)}". The job is left to others.`,
    );
    this.retryAt = new Date(now + LEAVE_MS);
  }
}

/** Executes claimed jobs: one attempt each. */
export class Executor {
  constructor(private readonly deps: ExecutorDeps) {}

  /** Runs the handler and returns how the attempt ends. Never throws. */
  async execute(work: Work): Promise<End> {
    try {
      return await this.#attempt(work);
    } catch {
      // Reading the error's message or a hint in it has thrown.
      return this.#failed(work, new Error('The job failed with an unreadable error.'));
    }
  }

  async #attempt(work: Work): Promise<End> {
    const { undoing, hasSteps } = work.claimed;
    let steps: Steps | undefined;
    try {
      const known = hasSteps ? await this.deps.reader.steps(work.execution.id) : [];
      steps = new Steps(work.execution, work.claimed, known, this.deps);
      const result = await this.#run(work, steps);
      if (undoing !== undefined) throw new PermanentError(undoing);
      // What it returned too late does not count, as after a cancel.
      const { reason } = work.execution.controller.signal;
      if (reason instanceof JobTimedOut) throw reason;
      this.deps.errors.recovered(NOT_WRITTEN);
      return { as: 'completed', result };
    } catch (error) {
      const reason = this.#reasonOf(work, error);
      if (!steps?.canUndo || databaseIssueOf(reason)) return this.#failed(work, reason);
      return this.#failed(work, await this.#undo(work, steps, reason));
    }
  }

  /** Whatever a handler throws when its time is up, that is the reason. */
  #reasonOf({ claimed: { undoing }, execution }: Work, error: unknown): unknown {
    const { reason } = execution.controller.signal;
    if (reason instanceof JobTimedOut) return reason;
    return undoing === undefined || databaseIssueOf(error) ? error : new PermanentError(undoing);
  }

  /** Awaits only where it must: there may be thousands of quick jobs. */
  async #run(work: Work, steps: Steps): Promise<unknown> {
    const { definition, claimed, execution } = work;
    const { attempt, checkpoint, sessionId } = claimed;
    const { reports, store } = this.deps;
    if (attempt > 1) reports.log(execution, `Attempt ${attempt} begins.`);
    const value = this.#input(work);
    const input = value instanceof Promise ? await value : value;
    const names = definition.steps?.(input) ?? [];
    if (names.length > 0) await store.planSteps(execution, names);
    const context = queuedContext(execution, { checkpoint, sessionId }, steps, this.deps);
    const result = await definition.run(input, context);
    return storable('The result', result, this.deps.maxResultBytes);
  }

  #input({ definition, claimed }: Work) {
    const { metadata } = claimed;
    const value = checked(definition, metadata);
    if (!(value instanceof Promise) || !definition.needs) return value;
    return value.catch((error) => {
      // It may have learned only now that it does not have what the job needs.
      const lack = lackAmong(definition.needs ?? [], metadata);
      if (!lack || !(error instanceof InvalidInput)) throw error;
      throw new LeftToOthers(lack, this.deps.clock.now());
    });
  }

  /**
   * Undoes the completed steps if no attempt follows. After a crash, the next attempt does nothing
   * else. Returns the error with which the attempt ends.
   */
  async #undo(work: Work, steps: Steps, error: unknown): Promise<unknown> {
    const { store, executions } = this.deps;
    const { execution } = work;
    const reason = messageOf(error);
    try {
      if (!(await this.#isLast(work, error))) return error;
      execution.isUndoing = true;
      const hold = await store.beginUndoing(execution, reason);
      if (hold === 'gone') throw executions.refused(execution, hold);
      await steps.undo();
      return new PermanentError(reason, { cause: error });
    } catch (cause) {
      if (databaseIssueOf(cause)) return cause;
      const message = `${reason} Undoing its steps failed as well: ${messageOf(cause)}`;
      return new Error(message, { cause });
    }
  }

  async #isLast({ definition, execution }: Work, error: unknown): Promise<boolean> {
    const { runs, clock } = this.deps;
    if (error instanceof JobTimedOut) {
      return !definition.retry.timeouts || runs.isLastAttempt(execution);
    }
    const { permanent, postponedTo } = hintsOf(error, clock.now());
    if (execution.controller.signal.aborted || postponedTo !== undefined) return false;
    return permanent || runs.isLastAttempt(execution);
  }

  #timedOut({ definition, claimed, execution }: Work, reason: string): End {
    const { clock, logger, reports } = this.deps;
    const { id: job, attempt, attemptsUsed } = claimed;
    reports.log(execution, `Attempt ${attempt} failed. ${reason}`);
    logger.warn('An attempt exceeded its time limit.', { job, attempt, error: reason });
    const failure = 'timeout';
    if (!definition.retry.timeouts) return { as: 'failed', reason, failure };
    const retryAt = Math.ceil(clock.now() + backoff(attemptsUsed, definition.retry));
    return { as: 'retrying', reason, retryAt, failure };
  }

  #failed(work: Work, error: unknown): End {
    const { definition, claimed, execution } = work;
    const { clock, logger, errors, reports } = this.deps;
    const { signal } = execution.controller;
    const { id: job, attempt } = claimed;
    const message = messageOf(error);
    const now = clock.now();
    const { permanent, expected, postponedTo } = hintsOf(error, now);
    if (!signal.aborted) {
      const how = postponedTo === undefined ? 'failed' : 'is postponed';
      reports.log(execution, `Attempt ${attempt} ${how}. ${message}`);
    }
    if (signal.reason instanceof ShuttingDown) return { as: 'released' };
    if (signal.reason instanceof JobTimedOut) return this.#timedOut(work, message);
    if (signal.reason instanceof JobStopped) return { as: 'cancelled' };
    const issue = databaseIssueOf(error);
    if (issue) {
      errors.report(NOT_WRITTEN, error);
      const reason = `${issue.title} The job resumes automatically afterwards.`;
      return { as: 'postponed', reason, retryAt: now + POSTPONE_MS };
    }
    // A time that is almost here must not make the attempts follow each other at once.
    const soonest = now + backoff(claimed.attemptsUsed, definition.retry);
    if (postponedTo !== undefined) {
      logger.info('An attempt is postponed.', { job, attempt, reason: message });
      const retryAt = Math.ceil(Math.max(postponedTo, soonest));
      return { as: 'postponed', reason: message, retryAt };
    }
    // A permanent error is about the input as a rule; its stack would tell nothing.
    logger.warn('An attempt failed.', { job, attempt, error: expected ? message : error });
    if (permanent) return { as: 'failed', reason: message, failure: 'permanent' };
    return { as: 'retrying', reason: message, retryAt: Math.ceil(soonest) };
  }
}
