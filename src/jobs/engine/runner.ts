import type { JobDefinition } from '../definition.ts';
import { ShuttingDown } from '../errors.ts';
import type { Claimed, End } from '../store/store.ts';
import { type Desk, newLease, settle, takeOver } from './desk.ts';
import type { Execution } from './executions.ts';
import { attempt } from './executor.ts';

/** How often a runner looks for jobs that were left behind, or whose next attempt is due, in ms. */
const LOOK_MS = 1_000;
/** How long a handler may take to stop once its signal aborted at shutdown, in ms. */
const STOP_MS = 1_000;
/** Between two tries to write how a job ended, in ms. */
const RETRY_MS = 1_000;

export interface RunnerOptions {
  desk: Desk;
  definitions: ReadonlyMap<string, JobDefinition>;
  /** Overrides a definition's own limit, by type. */
  concurrency: Record<string, number>;
}

/** Hands waiting jobs to their handlers, first come first served within each type. */
export interface Runner {
  /** @param only takes that job and those it started, and nothing else of the line. */
  start(only?: string): Promise<void>;
  /** @param type where that is all that may be claimed; by default any. */
  wake(type?: string): void;
  /**
   * Stops claiming, lets running handlers work on for `drainMs`, stops the rest at their next
   * checkpoint and puts them back into the line.
   */
  stop(drainMs: number): Promise<void>;
}

export function createRunner({ desk, definitions, concurrency }: RunnerOptions): Runner {
  const { store, queue, executions, clock, logger, complaints } = desk;
  const running = new Map<Execution, Promise<void>>();
  /** Claims that the store has not answered yet, and how many places of each type they hold. */
  const claims = new Map<Promise<unknown>, { type: string; count: number }>();
  /** Types that somebody woke while what had been asked for took all places. */
  const askedAgain = new Set<string>();
  let isStarted = false;
  let onlyFamilyOf: string | undefined;
  /** Types that are to be looked at when the turn ends; undefined before somebody has asked. */
  let woken: Set<string> | undefined;
  let cancelLook = () => {};

  /** At the end of the turn, so that one claim fills all places that became free in it. */
  function wake(type?: string): void {
    if (!isStarted) return;
    if (!woken) {
      woken = new Set();
      queue.afterWrites(fillWoken);
    }
    for (const each of type === undefined ? definitions.keys() : [type]) woken.add(each);
  }

  function fillWoken(): void {
    const types = woken ?? [];
    woken = undefined;
    for (const type of isStarted ? types : []) {
      const definition = definitions.get(type);
      if (definition) fillPlaces(definition);
    }
  }

  function fillPlaces(definition: JobDefinition): void {
    const { type } = definition;
    const count = limitOf(definition) - taken(type);
    if (count <= 0) {
      askedAgain.add(type);
      return;
    }
    const claimed = complaints.guard('Waiting jobs could not be claimed', () =>
      claim(definition, count),
    );
    claims.set(claimed, { type, count });
    void claimed.then(() => {
      claims.delete(claimed);
      // It may have found less than came into the line after it was asked for.
      if (askedAgain.delete(type)) wake(type);
    });
  }

  async function claim(definition: JobDefinition, count: number): Promise<void> {
    const { type } = definition;
    const request = { type, count, limit: limitOf(definition), only: onlyFamilyOf };
    const claimed = await queue.claim(request, newLease(desk), clock.now());
    // Its places are taken by what was begun from here on.
    for (const job of claimed) begin(definition, job);
  }

  /** Places that are taken: what ends gives its own back, and what was asked for may come. */
  function taken(type: string): number {
    let count = 0;
    for (const execution of running.keys())
      if (execution.type === type && !execution.ending) count++;
    for (const asked of claims.values()) if (asked.type === type) count += asked.count;
    return count;
  }

  function limitOf(definition: JobDefinition): number {
    const { type } = definition;
    return Object.hasOwn(concurrency, type)
      ? (concurrency[type] as number)
      : definition.concurrency;
  }

  function begin(definition: JobDefinition, claimed: Claimed): void {
    const execution = executions.begin(claimed, claimed.progress);
    desk.feed.changed(execution.id);
    // Stopped since it was claimed.
    if (!isStarted) execution.controller.abort(new ShuttingDown());
    const end = attempt(desk, definition, claimed, execution)
      .then((how) => settled(execution, how))
      .finally(() => running.delete(execution));
    running.set(execution, end);
  }

  /** Tries until the end is on disk: with the disk full, the job waits instead of hanging forever. */
  async function settled(execution: Execution, how: End): Promise<void> {
    while (executions.has(execution) && !execution.ending) {
      const isWritten = await complaints.guard('A job’s end could not be written', async () => {
        const job = await settle(desk, execution, how);
        if (job) logger.info(`${execution.id} is ${job.status}.`);
      });
      if (isWritten) return;
      await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
    }
  }

  async function look(): Promise<void> {
    await complaints.guard('Jobs that were left behind could not be looked at', async () => {
      await takeOver(desk);
      await store.rebaseRetries(clock.now());
      const isWaited = [...definitions.keys()].some((type) => queue.hasWaiting(type));
      if (isWaited) wake();
    });
    if (isStarted) cancelLook = clock.after(LOOK_MS, () => void look());
  }

  return {
    wake,
    async start(only) {
      if (isStarted) return;
      isStarted = true;
      onlyFamilyOf = only;
      await look();
    },
    async stop(drainMs) {
      isStarted = false;
      cancelLook();
      await Promise.all(claims.keys());
      await within(drainMs, running.values());
      for (const { controller } of running.keys()) controller.abort(new ShuttingDown());
      await within(STOP_MS, running.values());
      await Promise.all([...running.keys()].map(release));
    },
  };

  /** Whether that can be written or not, its handler has nothing more to say. */
  async function release(execution: Execution): Promise<void> {
    try {
      if (execution.ending) await execution.ending.catch(() => {});
      else await settle(desk, execution, { as: 'released' });
    } finally {
      executions.fence(execution);
    }
  }

  /** Waits until all have ended, but not longer than `ms`. */
  async function within(ms: number, ends: Iterable<Promise<void>>): Promise<void> {
    const timeUp = new Promise<void>((resolve) => clock.after(ms, resolve));
    await Promise.race([Promise.all(ends), timeUp]);
  }
}
