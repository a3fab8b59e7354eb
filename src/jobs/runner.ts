import { attempt, type End } from './attempt.ts';
import type { JobDefinition } from './definition.ts';
import { type Desk, newLease, settle, takeOver } from './desk.ts';
import { ShuttingDown } from './errors.ts';
import type { Execution } from './executions.ts';
import type { JobType } from './job.ts';
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
  /** @param only takes that job and those it started, and nothing else of the line. */
  start(only?: string): void;
  wake(): void;
  /**
   * Stops claiming, lets running handlers work on for `drainMs`, stops the rest at their next
   * checkpoint and puts them back into the line.
   */
  stop(drainMs: number): Promise<void>;
}

export function createRunner({ desk, definitions, concurrency }: RunnerOptions): Runner {
  const { store, executions, clock, logger, complaints } = desk;
  const running = new Map<Execution, Promise<void>>();
  let started = false;
  let onlyFamilyOf: string | undefined;
  let wakePending = false;
  let cancelLook = () => {};

  function wake(): void {
    if (!started || wakePending) return;
    wakePending = true;
    queueMicrotask(() => {
      wakePending = false;
      complaints.guard('Waiting jobs could not be claimed', claimAll);
    });
  }

  function claimAll(): void {
    if (!started) return;
    for (const definition of definitions.values()) {
      while (atWork(definition.type) < limitOf(definition)) {
        const claimed = store.claim(definition.type, newLease(desk), clock.now(), onlyFamilyOf);
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
    const end = attempt(desk, definition, claimed, execution)
      .then((how) => settled(execution, how))
      .finally(() => running.delete(execution));
    running.set(execution, end);
  }

  /** Tries until the end is on disk: with the disk full, the job waits instead of hanging forever. */
  async function settled(execution: Execution, end: End): Promise<void> {
    for (;;) {
      if (executions.get(execution.id) !== execution) return;
      const isWritten = complaints.guard('A job’s end could not be written', () => {
        const job = settle(desk, execution, end);
        if (job) logger.info(`${job.id} is ${job.status}.`);
      });
      if (isWritten) return;
      await new Promise<void>((resolve) => clock.after(1_000, resolve));
    }
  }

  function look(): void {
    complaints.guard('Jobs that were left behind could not be looked at', () => {
      takeOver(desk);
      store.rebaseRetries(clock.now());
    });
    wake();
    cancelLook = clock.after(LOOK_MS, look);
  }

  return {
    wake,
    start(only) {
      if (started) return;
      started = true;
      onlyFamilyOf = only;
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
