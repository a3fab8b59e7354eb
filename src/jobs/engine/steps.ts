import type { Clock } from '../../platform/clock.ts';
import type { JobStep } from '../details.ts';
import { JobStopped, JobTimedOut, messageOf } from '../errors.ts';
import type { Feed } from '../feed.ts';
import type { Claimed, JobStore, StepChange } from '../store/store.ts';
import type { Execution, Executions } from './executions.ts';
import { hintsOf } from './retry_hints.ts';
import { storable } from './storable.ts';

export interface StepOptions<Result> {
  /**
   * Undoes what the step did, when a later step has failed permanently. It may be called again after a
   * crash, so it must accept work that is already undone.
   */
  compensate?(result: Result): Promise<void> | void;
}

/** Ends a handler that was called only to collect its compensations. */
class NothingMoreToDo extends JobStopped {
  override readonly name = 'NothingMoreToDo';
}

export interface StepsDeps {
  store: JobStore;
  executions: Executions;
  feed: Feed;
  clock: Clock;
  /** Maximum size of a result as JSON. */
  maxResultBytes: number;
}

/** The steps of one attempt at a job. `known` are those of earlier attempts. */
export class Steps {
  readonly #isUndoing: boolean;
  /** The steps of earlier attempts. */
  readonly #known: Map<string, JobStep>;
  #compensations: { name: string; compensate: () => Promise<void> | void }[] = [];

  constructor(
    private readonly execution: Execution,
    { undoing }: Pick<Claimed, 'undoing'>,
    known: readonly JobStep[],
    private readonly deps: StepsDeps,
  ) {
    this.#isUndoing = undoing !== undefined;
    this.#known = new Map(known.map((step) => [step.name, step]));
  }

  /** Runs a step, or returns its result of an earlier attempt. */
  async run<Result>(
    name: string,
    work: () => Promise<Result> | Result,
    { compensate }: StepOptions<Result>,
  ): Promise<Result> {
    const known = this.#known.get(name);
    if (known?.status === 'completed' || known?.status === 'compensated') {
      const result = known.result as Result;
      if (known.status === 'completed') this.#remember(name, result, compensate);
      return result;
    }
    // The job has failed permanently already: no further step begins.
    if (this.#isUndoing) throw new NothingMoreToDo();
    this.#signal.throwIfAborted();
    await this.#write(name, { status: 'running' });
    const result = await this.#attempt(name, work);
    await this.#write(name, { status: 'completed', result });
    this.#remember(name, result, compensate);
    return result;
  }

  /** Whether a completed step can be undone. */
  get canUndo(): boolean {
    return this.#compensations.length > 0;
  }

  /** Undoes the completed steps, the last first. */
  async undo(): Promise<void> {
    for (const { name, compensate } of this.#compensations.toReversed()) {
      // A job whose time is up is undone like every other that has failed.
      if (!(this.#signal.reason instanceof JobTimedOut)) this.#signal.throwIfAborted();
      await compensate();
      await this.#write(name, { status: 'compensated' });
      this.#compensations.pop();
    }
  }

  get #signal(): AbortSignal {
    return this.execution.controller.signal;
  }

  async #attempt<Result>(name: string, work: () => Promise<Result> | Result): Promise<Result> {
    try {
      const result = await work();
      return storable(`The result of the step “${name}”`, result, this.deps.maxResultBytes);
    } catch (error) {
      if (!this.#signal.aborted) {
        const { postponedTo } = hintsOf(error, this.deps.clock.now());
        await this.#write(
          name,
          postponedTo === undefined
            ? { status: 'failed', error: messageOf(error) }
            : { status: 'pending' },
        );
      }
      throw error;
    }
  }

  #remember<Result>(
    name: string,
    result: Result,
    compensate: StepOptions<Result>['compensate'],
  ): void {
    if (compensate) this.#compensations.push({ name, compensate: () => compensate(result) });
  }

  async #write(name: string, change: StepChange): Promise<void> {
    const { store, executions, feed, clock } = this.deps;
    const hold = await store.changeStep(this.execution, name, change, clock.now());
    if (hold === 'gone') throw executions.refused(this.execution, hold);
    executions.observe(this.execution, hold);
    feed.changed(this.execution.id);
  }
}
