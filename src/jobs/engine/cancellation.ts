import type { Feed } from '../feed.ts';
import type { Changed } from '../store/store.ts';
import type { Executions } from './executions.ts';

/** What follows in this process when jobs were cancelled, here or in another process. */
export class Cancellation {
  constructor(
    private readonly executions: Executions,
    private readonly feed: Feed,
  ) {}

  /** Publishes the jobs that were cancelled, and asks those that run here to stop. */
  follow(cancelled: readonly Changed[]): void {
    for (const { id } of cancelled) {
      this.feed.changed(id);
      const execution = this.executions.get(id);
      if (execution) this.executions.cancel(execution);
    }
  }
}
