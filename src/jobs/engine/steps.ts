import type { JobStep } from '../details.ts';
import { JobStopped, messageOf } from '../errors.ts';
import type { Claimed, StepChange } from '../store/store.ts';
import { type Desk, lostSomehow } from './desk.ts';
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
  /** What earlier attempts did. */
  readonly #known: Map<string, JobStep>;
  #undos: { name: string; undo: () => Promise<void> | void }[] = [];

  constructor(
    private readonly execution: Execution,
    private readonly desk: Desk,
    private readonly claimed: Pick<Claimed, 'undoing' | 'hasSteps'>,
  ) {
    const known = claimed.hasSteps ? desk.reader.steps(execution.id) : [];
    this.#known = new Map(known.map((step) => [step.name, step]));
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
    // The job has failed for good already: nothing new is begun.
    if (this.claimed.undoing !== undefined) throw new NothingMoreToDo();
    this.execution.controller.signal.throwIfAborted();
    await this.#write(name, { status: 'running' });
    const result = await this.#attempt(name, work);
    await this.#write(name, { status: 'completed', result });
    this.#canUndo(name, result, compensate);
    return result;
  }

  /** Whether anything that was done can be undone. */
  get canUndo(): boolean {
    return this.#undos.length > 0;
  }

  /** Undoes what was completed, the last first. */
  async undo(): Promise<void> {
    for (const { name, undo } of this.#undos.toReversed()) {
      this.execution.controller.signal.throwIfAborted();
      await undo();
      await this.#write(name, { status: 'compensated' });
      this.#undos.pop();
    }
  }

  async #attempt<Result>(name: string, work: () => Promise<Result> | Result): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!this.execution.controller.signal.aborted) {
        const message = messageOf(error);
        await this.#write(name, { status: 'failed', error: message });
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

  async #write(name: string, change: StepChange): Promise<void> {
    const { execution, desk } = this;
    const hold = await desk.store.changeStep(execution, name, change, desk.clock.now());
    if (hold === 'gone') {
      lostSomehow(desk, execution);
      throw execution.controller.signal.reason;
    }
    desk.feed.changed(execution.id);
  }
}
