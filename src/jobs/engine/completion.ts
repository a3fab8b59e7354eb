import type { Clock } from '../../platform/clock.ts';
import type { Feed } from '../feed.ts';
import type { End, Ended, JobStore } from '../store/store.ts';
import type { Cancellation } from './cancellation.ts';
import type { Execution, Executions } from './executions.ts';
import type { Reports } from './reports.ts';
import type { ClaimSignal } from './signal.ts';

interface CompletionDeps {
  store: JobStore;
  executions: Executions;
  reports: Reports;
  cancellation: Cancellation;
  feed: Feed;
  clock: Clock;
  claimable: ClaimSignal;
}

/** Writes how executions end. */
export class Completion {
  constructor(private readonly deps: CompletionDeps) {}

  /**
   * Ends an execution, with its last report: as `how` says; as cancelled when the job was cancelled
   * before; not at all (undefined) when another attempt has the job.
   * @throws what the database threw; the execution then still belongs to this process.
   */
  async end(execution: Execution, how: End): Promise<Ended | undefined> {
    const ending = this.#write(execution, how);
    execution.ending = ending;
    const { ended, hasLines } = await ending;
    if (ended) this.#publish(execution, ended, hasLines);
    else this.deps.executions.fence(execution);
    return ended;
  }

  /** Lines in flight may fail, and nothing could write them after the end: it waits for them. */
  async #write(execution: Execution, how: End) {
    const { store, reports, clock, claimable } = this.deps;
    const linesInFlight = execution.reports.linesInFlight;
    if (linesInFlight) await linesInFlight;
    const report = execution.reports.takeAll();
    const ended = store.end(execution, how, report, clock.now());
    // The next job is claimed in the same transaction.
    claimable.emit(execution.type);
    try {
      return { ended: await ended, hasLines: report.lines !== undefined };
    } catch (error) {
      execution.ending = undefined;
      reports.failed(execution, report);
      throw error;
    }
  }

  #publish(execution: Execution, { children }: Ended, hasLines: boolean): void {
    const { executions, cancellation, feed } = this.deps;
    executions.remove(execution);
    feed.changed(execution.id);
    cancellation.follow(children);
    if (hasLines) feed.logged();
  }
}
