import {
  type Actor,
  InvalidInput,
  type Job,
  messageOf,
  readSession,
  type Tracker,
  UnknownJobType,
} from '../jobs/index.ts';
import { counted } from '../text/format.ts';
import { checkZone, readCron, readDueCron, trimmedCron } from './cron.ts';
import {
  NoSuchSchedule,
  type Schedule,
  ScheduleActive,
  type ScheduleRequest,
  type ScheduleRun,
} from './schedule.ts';
import { Scheduler, type SchedulerDeps } from './scheduler.ts';
import type { ListedSchedule } from './store.ts';

/** Maximum number of schedules. */
const MAX_SCHEDULES = 1_000;

/** Equal schedules within this time count as one: a double click, in ms. */
const DOUBLE_PRESS_MS = 500;

/** How many runs of a schedule are listed. */
const LISTED_RUNS = 50;

export interface SchedulesDeps extends SchedulerDeps {
  tracker: Tracker;
  /** Fields that a repeated start has where its input leaves them out, such as `onlyNew`. */
  repeatedDefaults?: (type: string, input: Record<string, unknown>) => Record<string, unknown>;
}

/** Adds, lists and changes schedules, and starts what is due once `start` was called. */
export class Schedules {
  readonly #scheduler: Scheduler;

  constructor(private readonly deps: SchedulesDeps) {
    this.#scheduler = new Scheduler(deps);
  }

  /** Starts what is due in this process too, until `stop`. Resolves when what is overdue was started. */
  start(): Promise<void> {
    return this.#scheduler.start();
  }

  stop(): Promise<void> {
    return this.#scheduler.stop();
  }

  /** @throws InvalidInput, which names the fields; nothing was stored then. */
  async add(request: ScheduleRequest, by?: Actor): Promise<Schedule> {
    const { store, clock, tracker, repeatedDefaults } = this.deps;
    const { type, client } = request;
    const now = clock.now();
    const given = withoutBlanks(request.input);
    const input = { ...repeatedDefaults?.(type, given), ...given };
    const problems: Record<string, string> = {};
    const collect = collectorOf(problems);
    await collect(() => tracker.checkedInput(type, input));
    const sessionId = await collect(() => readSession(request.sessionId));
    const timeZone = await collect(() => checkZone(request.timeZone));
    const cron = trimmedCron(request.cron);
    const read = await collect(() => readDueCron(cron, timeZone ?? 'UTC', now));
    if (!read || timeZone === undefined || Object.keys(problems).length > 0) {
      throw new InvalidInput(problems);
    }
    const id = `schedule-${Bun.randomUUIDv7()}`;
    const nextDue = read.next(now);
    const stored = { id, type, input, cron, timeZone, createdAt: now, nextDue, sessionId, client };
    const limits = { most: MAX_SCHEDULES, mergeMs: DOUBLE_PRESS_MS };
    const record = tracker.audit.recorder(by);
    const added = await store.add(stored, limits, () => {
      record('add', { ...entryOf(stored), after: settingsOf(stored) });
    });
    if (added === undefined) throw tooMany();
    this.#scheduler.wake();
    return this.get(added);
  }

  /** Oldest first. */
  async list(): Promise<Schedule[]> {
    const { store } = this.deps;
    return Promise.all((await store.list()).map((each) => this.#shown(each)));
  }

  /** @throws NoSuchSchedule */
  async get(id: string): Promise<Schedule> {
    return this.#shown(await this.#find(id));
  }

  /** The newest 50, newest first. @throws NoSuchSchedule */
  async runs(id: string): Promise<ScheduleRun[]> {
    await this.#find(id);
    return this.deps.store.runs(id, LISTED_RUNS);
  }

  /** Nothing is due while it is paused. @throws NoSuchSchedule */
  async pause(id: string, by?: Actor): Promise<Schedule> {
    const { store, clock, tracker } = this.deps;
    const schedule = await this.#find(id);
    const record = tracker.audit.recorder(by);
    await store.pause(id, clock.now(), () => record('pause', entryOf(schedule)));
    return this.get(id);
  }

  /** It is due next at the first time from now on. @throws NoSuchSchedule */
  async resume(id: string, by?: Actor): Promise<Schedule> {
    const { store, clock, tracker } = this.deps;
    const schedule = await this.#find(id);
    const next = (await readCron(schedule.cron, schedule.timeZone)).next(clock.now());
    const record = tracker.audit.recorder(by);
    await store.resume(id, next, () => record('resume', entryOf(schedule)));
    this.#scheduler.wake();
    return this.get(id);
  }

  /** The jobs it started stay. @throws NoSuchSchedule @returns the schedule as it was */
  async remove(id: string, by?: Actor): Promise<Schedule> {
    const { store, tracker } = this.deps;
    const schedule = await this.get(id);
    const record = tracker.audit.recorder(by);
    const made = () => record('remove', { ...entryOf(schedule), before: settingsOf(schedule) });
    if (!(await store.remove(id, made))) throw new NoSuchSchedule();
    return schedule;
  }

  /**
   * Starts a job of it now, also while it is paused.
   * @param client who asked for it, for the limit of waiting jobs of each client.
   * @param by who starts it, for the audit trail.
   * @throws NoSuchSchedule, ScheduleActive, InvalidInput, UnknownJobType, TooManyWaiting
   */
  async runNow(id: string, client?: string, by?: Actor): Promise<Job> {
    const { store, clock, tracker } = this.deps;
    const { type, input, sessionId } = await this.#find(id);
    const claim = store.claimManual(id, clock.now());
    const request = { type: type as never, input, sessionId, client };
    const job = await tracker.enqueueClaimed(claim, request, by);
    if (job) return job;
    if (typeof claim.decision === 'object') throw new ScheduleActive(claim.decision.activeJobId);
    throw new NoSuchSchedule();
  }

  async #find(id: string): Promise<ListedSchedule> {
    const schedule = await this.deps.store.get(id);
    if (!schedule) throw new NoSuchSchedule();
    return schedule;
  }

  async #shown(stored: ListedSchedule): Promise<Schedule> {
    const { id, type, sessionId, cron, timeZone, createdAt, pausedAt, nextDue, lastRun } = stored;
    return {
      id,
      type,
      ...(await this.#checked(stored)),
      ...(sessionId !== undefined && { sessionId }),
      cron,
      timeZone,
      createdAt: new Date(createdAt),
      ...(pausedAt !== undefined && { pausedAt: new Date(pausedAt) }),
      ...(nextDue !== undefined && { nextDueAt: new Date(nextDue) }),
      ...(lastRun && { lastRun }),
    };
  }

  /** The type or a source may not exist any more, nor the time zone. */
  async #checked(stored: ListedSchedule): Promise<Pick<Schedule, 'input' | 'problem'>> {
    const { type, input, cron, timeZone, nextDue, pausedAt } = stored;
    try {
      if (nextDue === undefined && pausedAt === undefined) await readCron(cron, timeZone);
      const checked = await this.deps.tracker.checkedInput(type, input);
      return { input: checked as Record<string, unknown> };
    } catch (error) {
      if (!(error instanceof InvalidInput || error instanceof UnknownJobType)) throw error;
      return { input, problem: messageOf(error) };
    }
  }
}

/** Its name in the audit trail. */
function entryOf({ id }: Pick<Schedule, 'id'>) {
  return { kind: 'schedule', target: id } as const;
}

function settingsOf({ type, cron, timeZone }: Pick<Schedule, 'type' | 'cron' | 'timeZone'>) {
  return { type, cron, timeZone };
}

/** Runs checks one after another and collects what they find. */
function collectorOf(problems: Record<string, string>) {
  return async <Value>(check: () => Promise<Value> | Value): Promise<Value | undefined> => {
    try {
      return await check();
    } catch (error) {
      if (error instanceof InvalidInput) Object.assign(problems, error.details);
      else if (error instanceof UnknownJobType) problems.type = error.message;
      else throw error;
      return undefined;
    }
  };
}

/** An empty field counts as absent, as everywhere. */
function withoutBlanks(input: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(input).filter(
    ([, value]) => !(typeof value === 'string' && value.trim() === ''),
  );
  return Object.fromEntries(given);
}

function tooMany(): InvalidInput {
  const most = counted(MAX_SCHEDULES, 'schedule');
  return new InvalidInput({ type: `There are already ${most}. Remove one first.` });
}
