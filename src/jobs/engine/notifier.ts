import type { Clock } from '../../platform/clock.ts';
import type { Feed } from '../feed.ts';
import type { JobDispatcher } from '../queue/dispatcher.ts';
import type { JobNews, JobReader, News } from '../store/store.ts';
import type { ErrorReporter } from './error_reporter.ts';
import type { Execution, Executions } from './executions.ts';
import { repeat } from './repeat.ts';
import type { ClaimSignal, Signal } from './signal.ts';

/** How often it is checked whether other processes have written, should no signal arrive, in ms. */
const POLL_MS = 500;

/** The same where signals are certain to arrive, in ms. */
const QUIET_POLL_MS = 2_000;

/** Between two checks that follow signals, in ms, at least. */
const MIN_INTERVAL_MS = 2;

const FAILURE = 'Changes by other processes could not be read';

interface NotifierDeps {
  news: JobNews;
  reader: JobReader;
  executions: Executions;
  feed: Feed;
  claimable: ClaimSignal;
  dispatcher: Pick<JobDispatcher, 'handsOut'>;
  /** Another process has committed something, about jobs or not. */
  foreignCommits: Signal<void>;
  clock: Clock;
  errors: ErrorReporter;
  owner: string;
}

/** Brings changes by other processes to this one: to its executions, its feed and its runner. */
export class Notifier {
  #checkedAt = Number.NEGATIVE_INFINITY;
  /** When the last news were asked for that were read, by the same clock. */
  #takenAt = Number.NEGATIVE_INFINITY;
  #isScheduled = false;
  #isStopped = false;
  /** The check in progress: news that are taken at the same time would be told in any order. */
  #checking: Promise<void> | undefined;
  /** A signal came during the check, which may have begun too early for it. */
  #isSignalled = false;

  constructor(private readonly deps: NotifierDeps) {}

  /** Polls until the returned function is called. */
  start(): () => void {
    const { clock, errors } = this.deps;
    this.#isStopped = false;
    const run = () => (this.#isPollDue() ? this.#check() : undefined);
    const stop = repeat(clock, errors, { everyMs: POLL_MS, failure: FAILURE, run });
    return () => {
      this.#isStopped = true;
      stop();
    };
  }

  /** Another process has signalled a commit. */
  signalled(): void {
    if (this.#isScheduled) return;
    const { clock } = this.deps;
    const wait = this.#checkedAt + MIN_INTERVAL_MS - clock.elapsed();
    if (wait > 0) {
      this.#isScheduled = true;
      clock.after(wait, () => this.#checkNow());
    } else this.#checkNow();
  }

  #isPollDue(): boolean {
    const { news, clock } = this.deps;
    return !news.isSignalled || clock.elapsed() - this.#takenAt >= QUIET_POLL_MS - POLL_MS / 2;
  }

  #checkNow(): void {
    this.#isScheduled = false;
    // The database may be closed by now.
    if (this.#isStopped) return;
    if (this.#checking) {
      this.#isSignalled = true;
      return;
    }
    this.#checkedAt = this.deps.clock.elapsed();
    void this.deps.errors.attempt(FAILURE, () => this.#check());
  }

  async #check(): Promise<void> {
    this.#checking ??= this.#takeNews().finally(() => {
      this.#checking = undefined;
      if (!this.#isSignalled) return;
      this.#isSignalled = false;
      this.signalled();
    });
    await this.#checking;
  }

  async #takeNews(): Promise<void> {
    const { news, owner, clock } = this.deps;
    const askedAt = clock.elapsed();
    const found = await news.take(owner);
    this.#takenAt = askedAt;
    if (!found || this.#isStopped) return;
    this.#tell(found);
    await this.#checkExecutions(found.changed);
  }

  #tell({ changed, progressed, hasRemoved }: News): void {
    const { feed, claimable, dispatcher, foreignCommits } = this.deps;
    foreignCommits.emit();
    if (progressed.length > 0 || hasRemoved) feed.progressed(progressed);
    feed.logged();
    if (changed !== 'too many' && changed.size === 0) return;
    if (changed === 'too many') feed.invalidate();
    else for (const id of changed) feed.changed(id);
    if (!dispatcher.handsOut) claimable.emit(undefined);
  }

  async #checkExecutions(changed: News['changed']): Promise<void> {
    const { executions, reader } = this.deps;
    const isChanged = ({ id, ending }: Execution) =>
      !ending && (changed === 'too many' || changed.has(id));
    const changedOnes = executions.all().filter(isChanged);
    await Promise.all(
      changedOnes.map(async (execution) =>
        executions.observe(execution, await reader.holdOf(execution)),
      ),
    );
  }
}
