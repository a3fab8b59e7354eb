import { queuedContext } from './context.ts';
import type { JobDefinition } from './definition.ts';
import { type Desk, newLease, settle, takeOver } from './desk.ts';
import {
  InvalidInput,
  JobStopped,
  PermanentError,
  type RetryHints,
  ShuttingDown,
} from './errors.ts';
import type { Execution } from './executions.ts';
import { parseInput } from './input.ts';
import type { Job, JobType } from './job.ts';
import { backoff } from './retry.ts';
import { Steps } from './steps.ts';
import type { Claimed } from './store.ts';

/** How often a runner looks for jobs that other processes put into the line, in ms. */
const LOOK_MS = 1_000;
/** How long a handler may take to stop once its signal aborted at shutdown, in ms. */
const STOP_MS = 1_000;

export interface RunnerOptions {
  desk: Desk;
  definitions: ReadonlyMap<string, JobDefinition>;
  /** Overrides a definition's own limit, by type. */
  concurrency: Record<string, number>;
}

/** Hands waiting jobs to their handlers, first come first served within each type. */
export interface Runner {
  start(): void;
  wake(): void;
  /**
   * Stops claiming, lets running handlers work on for `drainMs`, stops the rest at their next
   * checkpoint and puts them back into the line.
   */
  stop(drainMs: number): Promise<void>;
}

export function createRunner({ desk, definitions, concurrency }: RunnerOptions): Runner {
  const { store, executions, clock, logger } = desk;
  const running = new Map<Execution, Promise<void>>();
  let started = false;
  let wakePending = false;
  let cancelLook = () => {};

  function wake(): void {
    if (!started || wakePending) return;
    wakePending = true;
    queueMicrotask(() => {
      wakePending = false;
      guarded('Waiting jobs could not be claimed', claimAll);
    });
  }

  function claimAll(): void {
    if (!started) return;
    for (const definition of definitions.values()) {
      while (atWork(definition.type) < limitOf(definition)) {
        const claimed = store.claim(definition.type, newLease(desk), clock.now());
        if (!claimed) break;
        begin(definition, claimed);
      }
    }
  }

  function atWork(type: JobType): number {
    return executions.all().filter((execution) => !execution.tracked && execution.type === type)
      .length;
  }

  function limitOf(definition: JobDefinition): number {
    return concurrency[definition.type] ?? definition.concurrency;
  }

  function begin(definition: JobDefinition, claimed: Claimed): void {
    const execution = executions.begin(claimed.job);
    desk.feed.changed(execution.id);
    const end = execute(definition, claimed, execution).finally(() => running.delete(execution));
    running.set(execution, end);
  }

  async function execute(
    definition: JobDefinition,
    { job, checkpoint }: Claimed,
    execution: Execution,
  ): Promise<void> {
    const undoing = desk.details.undoing(job.id);
    const steps = new Steps(execution, desk, undoing !== undefined);
    const start = { checkpoint, sessionId: job.sessionId };
    const context = queuedContext(execution, start, steps, desk);
    let end: () => Job | undefined;
    try {
      const input = await parseInput(definition, job.metadata);
      desk.details.planSteps(execution, definition.steps?.(input) ?? []);
      const result = await definition.run(input, context);
      if (undoing !== undefined) throw new PermanentError(undoing);
      end = () => store.complete(execution, result, clock.now());
    } catch (error) {
      end = await undoneAfter(job, execution, definition, steps, undoing, error);
    }
    await settled(execution, end);
  }

  /**
   * How an attempt ends that threw. One after which there is no other undoes its steps first; a
   * crash meanwhile is made good by the next attempt, which does nothing else.
   */
  async function undoneAfter(
    job: Job,
    execution: Execution,
    definition: JobDefinition,
    steps: Steps,
    undoing: string | undefined,
    error: unknown,
  ): Promise<() => Job | undefined> {
    const { signal } = execution.controller;
    const isOver = undoing !== undefined || isForGood(execution, error);
    if (signal.aborted || !isOver || !steps.canUndo) {
      const reason = undoing === undefined ? error : new PermanentError(undoing);
      return () => endOf(job, execution, definition, reason);
    }
    const reason = undoing ?? messageOf(error);
    try {
      desk.details.beginUndoing(execution, reason);
      await steps.undo();
      return () => endOf(job, execution, definition, new PermanentError(reason));
    } catch (problem) {
      if (signal.aborted) return () => endOf(job, execution, definition, problem);
      const message = `${reason} Undoing what was done failed as well: ${messageOf(problem)}`;
      return () => endOf(job, execution, definition, new Error(message));
    }
  }

  function isForGood(execution: Execution, error: unknown): boolean {
    return hintsOf(error).permanent === true || store.isLastAttempt(execution);
  }

  function endOf(
    job: Job,
    execution: Execution,
    definition: JobDefinition,
    error: unknown,
  ): Job | undefined {
    const { reason } = execution.controller.signal;
    if (reason instanceof ShuttingDown) return store.release(execution, clock.now());
    if (reason instanceof JobStopped) return undefined;
    const now = clock.now();
    const message = messageOf(error);
    const { permanent, retryAt } = hintsOf(error);
    logger.warn('An attempt failed.', { job: job.id, attempt: job.attempt, error });
    if (permanent) return store.fail(execution, message, now);
    // A time that has passed already must not make the attempts follow each other at once.
    const due = Math.max(retryAt?.getTime() ?? 0, now + backoff(job, definition.retry));
    // Refused when the attempts are used up.
    return store.retryLater(execution, message, due, now) ?? store.fail(execution, message, now);
  }

  /** Tries until the end is on disk: with the disk full, the job waits instead of hanging forever. */
  async function settled(execution: Execution, end: () => Job | undefined): Promise<void> {
    for (;;) {
      if (executions.get(execution.id) !== execution) return;
      try {
        const job = settle(desk, execution, end);
        if (job) logger.info(`${job.id} is ${job.status}.`);
        return;
      } catch (error) {
        logger.error('A job’s end could not be written; trying again in a second.', { error });
        await new Promise<void>((resolve) => clock.after(1_000, resolve));
      }
    }
  }

  function look(): void {
    guarded('Jobs that were left behind could not be looked at', () => {
      takeOver(desk);
      store.rebaseRetries(clock.now());
    });
    wake();
    cancelLook = clock.after(LOOK_MS, look);
  }

  function guarded(complaint: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      logger.error(`${complaint}; trying again.`, { error });
    }
  }

  return {
    wake,
    start() {
      if (started) return;
      started = true;
      look();
    },
    async stop(drainMs) {
      started = false;
      cancelLook();
      await within(drainMs, running.values());
      for (const { controller } of running.keys()) controller.abort(new ShuttingDown());
      await within(STOP_MS, running.values());
      for (const execution of [...running.keys()]) {
        settle(desk, execution, () => store.release(execution, clock.now()));
        executions.fence(execution);
      }
    },
  };

  /** Waits until all have ended, but not longer than `ms`. */
  async function within(ms: number, ends: Iterable<Promise<void>>): Promise<void> {
    const timeUp = new Promise<void>((resolve) => clock.after(ms, resolve));
    await Promise.race([Promise.all(ends), timeUp]);
  }
}

function hintsOf(error: unknown): RetryHints {
  return typeof error === 'object' && error !== null ? error : {};
}

function messageOf(error: unknown): string {
  if (error instanceof InvalidInput) return `The input cannot be used. ${error.message}`;
  return error instanceof Error && error.message ? error.message : String(error);
}
