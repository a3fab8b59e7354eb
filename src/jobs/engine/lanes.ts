import type { JobType } from '../job.ts';
import type { LaneCancel } from '../lanes.ts';
import type { JobReader } from '../store/store.ts';
import type { Commands } from './commands.ts';

/** The lanes of types whose queue is divided; see `Lanes`. */
export class LaneControl {
  constructor(private readonly deps: { commands: Commands; reader: JobReader }) {}

  /** How many jobs of each lane of a type wait. */
  waiting(type: JobType): Promise<ReadonlyMap<string, number>> {
    return this.deps.reader.waitingByLane(type);
  }

  /**
   * Cancels the jobs of a lane that have not ended, but `except`. Their message says why.
   * @returns how many
   */
  cancel(type: JobType, lane: string, how: LaneCancel): Promise<number> {
    return this.deps.commands.cancelLane(type, lane, how);
  }

  /** Is to be called when the lanes of a type may start more than before. */
  wake(type: JobType): void {
    this.deps.commands.wake(type);
  }
}
