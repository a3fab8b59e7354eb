import { type Desk, lost } from './desk.ts';
import type { JobStep } from './details.ts';
import { JobStopped } from './errors.ts';
import type { Execution } from './executions.ts';

export interface StepOptions<Result> {
  /**
   * Undoes what the step did, when a later one has failed for good. It may be called again after a
   * crash in its middle, so it must not mind what is undone already.
   */
  compensate?(result: Result): Promise<void> | void;
}

/** Ends a handler that was called only to learn how its steps are undone. */
class NothingMoreToDo extends JobStopped {
  override readonly name = 'NothingMoreToDo';
}

/** The steps of one attempt at a job. */
export class Steps {
  #known: Map<string, JobStep>;
  #undos: { name: string; undo: () => Promise<void> | void }[] = [];

  constructor(
    private readonly execution: Execution,
    private readonly desk: Desk,
    /** The job has failed for good already: nothing new is begun. */
    private readonly isUndoing: boolean,
  ) {
    this.#known = new Map(desk.details.steps(execution.id).map((step) => [step.name, step]));
  }

  /** Runs a step, or returns what it returned in an earlier attempt. */
  async run<Result>(
    name: string,
    work: () => Promise<Result> | Result,
    { compensate }: StepOptions<Result>,
  ): Promise<Result> {
    const known = this.#known.get(name);
    if (known?.status === 'completed' || known?.status === 'compensated') {
      const result = known.result as Result;
      if (known.status === 'completed') this.#canUndo(name, result, compensate);
      return result;
    }
    if (this.isUndoing) throw new NothingMoreToDo();
    const { execution, desk } = this;
    const now = () => desk.clock.now();
    execution.controller.signal.throwIfAborted();
    this.#write(desk.details.beginStep(execution, name, now()));
    const result = await this.#attempt(name, work);
    this.#write(desk.details.completeStep(execution, name, result, now()));
    this.#canUndo(name, result, compensate);
    return result;
  }

  /** Whether anything that was done can be undone. */
  get canUndo(): boolean {
    return this.#undos.length > 0;
  }

  /** Undoes what was completed, the last first. */
  async undo(): Promise<void> {
    const { execution, desk } = this;
    for (const { name, undo } of this.#undos.toReversed()) {
      execution.controller.signal.throwIfAborted();
      await undo();
      this.#write(desk.details.compensateStep(execution, name, desk.clock.now()));
      this.#undos.pop();
    }
  }

  async #attempt<Result>(name: string, work: () => Promise<Result> | Result): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const { execution, desk } = this;
      if (!execution.controller.signal.aborted) {
        const message = error instanceof Error ? error.message : String(error);
        this.#write(desk.details.failStep(execution, name, message, desk.clock.now()));
      }
      throw error;
    }
  }

  #canUndo<Result>(
    name: string,
    result: Result,
    compensate: StepOptions<Result>['compensate'],
  ): void {
    if (compensate) this.#undos.push({ name, undo: () => compensate(result) });
  }

  #write(isHeld: boolean): void {
    const { execution, desk } = this;
    if (!isHeld) {
      lost(desk, execution);
      throw execution.controller.signal.reason;
    }
    desk.feed.changed(execution.id);
  }
}
