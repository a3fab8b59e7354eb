import {
  type Clock,
  InvalidInput,
  type Needing,
  TooManyWaiting,
  type Tracker,
} from '../jobs/index.ts';
import { ClockWatch } from '../platform/clock_watch.ts';
import type { Logger } from '../platform/logger.ts';
import { lackName } from '../text/queue_text.ts';
import { readCron } from './cron.ts';
import { type IsOnce, problemOf, requireRepeatable } from './once.ts';
import type { RunDelay } from './schedule.ts';
import type { DueRun, ScheduleStore, StoredSchedule } from './store.ts';

/** The longest sleep, in ms: the machine's clock may be set, or the machine may have been asleep. */
const MAX_SLEEP_MS = 30_000;

/** Between a change and the check of what is due, in ms. */
const WAKE_MS = 20;

/** Before a failed check is repeated, in ms. */
const RETRY_MS = 1_000;

const FAILURE = 'What is due could not be started';

/** A run later than this says why, in ms. */
export const LATE_MS = 60_000;

/** How many due times that have run already are passed over when the clock was set back. */
const MAX_PASSED_OVER = 1_000;

export interface SchedulerDeps {
  store: ScheduleStore;
  tracker: Pick<Tracker, 'enqueueClaimed' | 'onForeignCommit' | 'types' | 'reader' | 'errors'>;
  clock: Clock;
  logger: Logger;
  /** Types that no schedule starts. Default: none. */
  isOnce?: IsOnce | undefined;
}

/**
 * Starts what is due. Any number of processes may do so on one database: each due time is decided
 * once, in one transaction with the insertion of its job. What is due of a type that this process does not
 * know, or needs a source that it does not have, waits for a process that can run it, as jobs do.
 */
export class Scheduler {
  readonly #clockWatch: ClockWatch;
  /** The ids of those that were due at the last check, and that this process cannot run. */
  #left: string[] = [];
  #isStarted = false;
  #check = Promise.resolve();
  #isChecking = false;
  /** A change was signalled; the check that will see it is not over or not begun. */
  #isWoken = false;
  #cancelTimer = () => {};
  #unsubscribe = () => {};
  /** When the next check was planned for, by the machine's clock. */
  #plannedAt = 0;
  /** Why what was due until then is late. */
  #late: { until: number; delay: RunDelay } | undefined;

  constructor(private readonly deps: SchedulerDeps) {
    this.#clockWatch = new ClockWatch(deps.clock);
  }

  /** Starts what is due now, and from then on what becomes due. Resolves after the first check. */
  async start(): Promise<void> {
    if (this.#isStarted) return;
    const { clock, tracker } = this.deps;
    this.#isStarted = true;
    this.#plannedAt = clock.now();
    this.#late = { until: this.#plannedAt, delay: 'stopped' };
    this.#unsubscribe = tracker.onForeignCommit(() => this.wake());
    this.#runCheck(true);
    await this.#check;
  }

  /** Resolves when nothing more is being started. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#unsubscribe();
    this.#cancelTimer();
    await this.#check;
  }

  /** A schedule may have changed. */
  wake(): void {
    if (!this.#isStarted || this.#isWoken) return;
    this.#isWoken = true;
    if (!this.#isChecking) this.#sleep(WAKE_MS);
  }

  #sleep(ms: number): void {
    const { clock } = this.deps;
    this.#cancelTimer();
    this.#plannedAt = clock.now() + ms;
    this.#cancelTimer = clock.after(ms, () => this.#runCheck());
  }

  #runCheck(isFirst = false): void {
    this.#isChecking = true;
    this.#isWoken = false;
    this.#check = this.#checkNow(isFirst).then((sleepMs) => {
      this.#isChecking = false;
      if (this.#isStarted) this.#sleep(this.#isWoken ? WAKE_MS : sleepMs);
    });
  }

  /** @returns how long to sleep, in ms. */
  async #checkNow(isFirst: boolean): Promise<number> {
    const { errors } = this.deps.tracker;
    try {
      this.#noticeSleep();
      const wasSet = this.#clockWatch.check() !== undefined;
      if (wasSet || isFirst) await this.#rebaseAll();
      await this.#startDue();
      errors.recovered(FAILURE);
      return await this.#timeToNext();
    } catch (error) {
      errors.report(FAILURE, error);
      return RETRY_MS;
    }
  }

  async #timeToNext(): Promise<number> {
    const next = await this.deps.store.nextDue(this.deps.tracker.types, this.#left);
    if (next === undefined) return MAX_SLEEP_MS;
    return Math.min(Math.max(next - this.deps.clock.now(), 0), MAX_SLEEP_MS);
  }

  /** A schedule that fails does not keep the others from starting. */
  async #startDue(): Promise<void> {
    const { store, clock, tracker } = this.deps;
    const errors: unknown[] = [];
    const due = await store.due(clock.now(), tracker.types);
    const isOwn = (schedule: StoredSchedule) => !tracker.reader.serving.ownLack(needing(schedule));
    this.#left = due.filter((schedule) => !isOwn(schedule)).map(({ id }) => id);
    for (const schedule of due.filter(isOwn)) {
      if (!this.#isStarted) return;
      await this.#decide(schedule).catch((error) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }

  async #decide(schedule: StoredSchedule): Promise<void> {
    const { store, tracker, logger, isOnce } = this.deps;
    const { id } = schedule;
    const run = await this.#dueRun(schedule);
    const refuse = async (error: unknown) => {
      const message = problemOf(error);
      if (await store.refuse(run, message)) logger.warn(`${id} could not start: ${message}`);
    };
    if (run.problem) return refuse(run.problem);
    try {
      requireRepeatable(schedule.type, isOnce);
      const job = await tracker.enqueueClaimed(store.claimDue(run), startOf(schedule), {
        via: 'schedule',
        user: id,
      });
      if (job) logger.info(`${id} has started ${job.id}.`);
    } catch (error) {
      if (error instanceof InvalidInput) await refuse(error);
      // The claim has recorded that.
      else if (error instanceof TooManyWaiting) logger.warn(`${id} could not start: ${error}`);
      else throw error;
    }
  }

  /** `problem`: when it is due cannot be told any more. */
  async #dueRun({
    id,
    version,
    type,
    input,
    cron,
    timeZone,
    nextDue = 0,
  }: StoredSchedule): Promise<DueRun & { problem?: InvalidInput }> {
    const now = this.deps.clock.now();
    try {
      const { next, latest } = await readCron(cron, timeZone);
      const due = Math.max(nextDue, latest(now) ?? nextDue);
      const isLate = now - due >= LATE_MS || due > nextDue;
      const delay = isLate ? this.#delayOf(due, needing({ type, input })) : {};
      return { id, version, from: nextDue, due, next: next(now), now, ...delay };
    } catch (problem) {
      if (!(problem instanceof InvalidInput)) throw problem;
      return { id, version, from: nextDue, due: nextDue, next: undefined, now, problem };
    }
  }

  /** While others ran when it was due, and could not run it, that is why. */
  #delayOf(due: number, job: Needing): { delay: RunDelay; lacked?: string } {
    const late = this.#late && due <= this.#late.until ? this.#late.delay : 'blocked';
    if (late !== 'stopped') return { delay: late };
    const lack = this.deps.tracker.reader.serving.lackBefore(due, job);
    return lack ? { delay: 'blocked', lacked: lackName(lack) } : { delay: late };
  }

  /** A timer that fires much later than planned: the machine was asleep, or its clock was set forward. */
  #noticeSleep(): void {
    const now = this.deps.clock.now();
    if (now - this.#plannedAt >= LATE_MS) this.#late = { until: now, delay: 'asleep' };
  }

  /** Of a schedule that cannot be read, the history and the page say so. */
  async #rebaseAll(): Promise<void> {
    for (const schedule of await this.deps.store.list()) {
      if (schedule.pausedAt !== undefined) continue;
      await this.#rebase(schedule).catch((error) => {
        if (!(error instanceof InvalidInput)) throw error;
      });
    }
  }

  /**
   * Makes a schedule due earlier whose next due time was computed while the clock was ahead. What has
   * run already does not run again.
   */
  async #rebase(schedule: StoredSchedule): Promise<void> {
    const { store, clock } = this.deps;
    const { id, cron, timeZone, nextDue } = schedule;
    const { next } = await readCron(cron, timeZone);
    let due = next(clock.now());
    for (let passed = 0; passed < MAX_PASSED_OVER; passed++) {
      if (due === undefined || due >= (nextDue ?? Number.POSITIVE_INFINITY)) return;
      if (!(await store.hasRun(id, due))) {
        await store.moveDue(schedule, due);
        return;
      }
      due = next(due);
    }
  }
}

/** What a job of a schedule needs of its process. */
export function needing({ type, input }: Pick<StoredSchedule, 'type' | 'input'>): Needing {
  return { type: type as never, metadata: input };
}

/** The start of a job of a schedule. */
export function startOf({ type, input, sessionId, client, priority, timeoutMs }: StoredSchedule) {
  return { type: type as never, input, sessionId, client, priority, timeoutMs };
}
