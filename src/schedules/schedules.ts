import {
  type Actor,
  InvalidInput,
  type Job,
  type Lack,
  type Settings,
  type Tracker,
} from '../jobs/index.ts';
import { counted } from '../text/format.ts';
import { lackName, pauseText } from '../text/queue_text.ts';
import { readCron } from './cron.ts';
import { problemOf, requireRepeatable } from './once.ts';
import { previewOf } from './preview.ts';
import { type ReaderDeps, ScheduleReader } from './reader.ts';
import type { Repetition } from './repetition.ts';
import {
  type DuePreview,
  NoSuchSchedule,
  type Schedule,
  ScheduleActive,
  type ScheduleChanges,
  type ScheduleRequest,
  type ScheduleRun,
} from './schedule.ts';
import { LATE_MS, needing, Scheduler, type SchedulerDeps, startOf } from './scheduler.ts';
import type { ListedSchedule, StoredSchedule } from './store.ts';

/** Maximum number of schedules. */
const MAX_SCHEDULES = 1_000;

/** Equal schedules within this time count as one: a double click, in ms. */
const DOUBLE_PRESS_MS = 500;

/** How many runs of a schedule are listed. */
const LISTED_RUNS = 50;

export interface SchedulesDeps extends SchedulerDeps, Pick<ReaderDeps, 'repeatedDefaults'> {
  tracker: Tracker;
}

/** Adds, lists and changes schedules, and starts what is due once `start` was called. */
export class Schedules {
  readonly #scheduler: Scheduler;
  readonly #reader: ScheduleReader;

  constructor(private readonly deps: SchedulesDeps) {
    this.#scheduler = new Scheduler(deps);
    this.#reader = new ScheduleReader(deps);
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
    const { store, clock } = this.deps;
    const { type, client, uuid } = request;
    const now = clock.now();
    const { nextDue, ...read } = await this.#reader.read(request, now);
    const id = `schedule-${uuid ?? Bun.randomUUIDv7()}`;
    const stored = { id, type, client, createdAt: now, nextDue, ...read };
    const mergeMs = uuid === undefined ? DOUBLE_PRESS_MS : 0;
    const record = this.deps.tracker.audit.recorder(by);
    const added = await store.add(stored, { most: MAX_SCHEDULES, mergeMs }, () =>
      record('add', { ...entryOf(id), after: settingsOf(stored) }),
    );
    if (added === undefined) throw tooMany();
    this.#scheduler.wake();
    return this.get(added);
  }

  /**
   * Changes it from now on, unless nothing differs; a job that it has started stays as it is. When other times are given, a due
   * time that is over and was not started yet is left out.
   * @throws NoSuchSchedule; InvalidInput, which names the fields: nothing was changed then.
   */
  async edit(id: string, changes: ScheduleChanges, by?: Actor): Promise<Schedule> {
    const { store, clock } = this.deps;
    for (;;) {
      const before = await this.#find(id);
      const { isMoved, ...after } = await this.#reader.change(before, changes, clock.now());
      const edited = { ...before, ...after };
      const changed = changedSettings(before, edited);
      if (changed === undefined) return this.get(id);
      const record = this.deps.tracker.audit.recorder(by);
      const made = () => record('change', { ...entryOf(id), ...changed });
      if (await store.edit(edited, isMoved, made)) break;
    }
    this.#scheduler.wake();
    return this.get(id);
  }

  /**
   * When a repetition would be due.
   * @throws InvalidInput that names the fields.
   */
  preview(request: Repetition & { timeZone?: unknown }): Promise<DuePreview> {
    return previewOf(request, this.deps.clock.now());
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
    const record = tracker.audit.recorder(by);
    await store.pause(id, clock.now(), () => record('pause', entryOf(id)));
    return this.get(id);
  }

  /** It is due next at the first time from now on. @throws NoSuchSchedule, InvalidInput */
  async resume(id: string, by?: Actor): Promise<Schedule> {
    const { store, clock, tracker } = this.deps;
    const record = tracker.audit.recorder(by);
    for (;;) {
      const schedule = await this.#find(id);
      if (schedule.pausedAt === undefined) break;
      const { next } = await readCron(schedule.cron, schedule.timeZone);
      const made = () => record('resume', entryOf(id));
      if (await store.resume(schedule, next(clock.now()), made)) break;
    }
    this.#scheduler.wake();
    return this.get(id);
  }

  /** The jobs it started stay. @throws NoSuchSchedule @returns the schedule as it was */
  async remove(id: string, by?: Actor): Promise<Schedule> {
    const schedule = await this.get(id);
    const record = this.deps.tracker.audit.recorder(by);
    const made = () => record('remove', { ...entryOf(id), before: settingsOf(schedule) });
    if (!(await this.deps.store.remove(id, made))) throw new NoSuchSchedule();
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
    const request = { ...startOf(await this.#find(id)), client };
    requireRepeatable(request.type, this.deps.isOnce);
    const claim = store.claimManual(id, clock.now());
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
    const { priority, timeoutMs } = stored;
    const checked = await this.#checked(stored);
    const pause = await this.deps.tracker.reader.pauseOfStart(type, checked.input);
    return {
      id,
      type,
      ...checked,
      ...(pause && { jobsWait: pauseText(pause) }),
      ...(sessionId !== undefined && { sessionId }),
      priority,
      ...(timeoutMs !== undefined && { timeoutMs }),
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
    const { serving } = this.deps.tracker.reader;
    const job = needing(stored);
    const lack = serving.lacks()(job);
    try {
      requireRepeatable(type, this.deps.isOnce);
      if (lack) return { input, ...this.#lacking(stored, lack) };
      if (serving.ownLack(job)) return { input };
      if (nextDue === undefined && pausedAt === undefined) await readCron(cron, timeZone);
      const checked = await this.deps.tracker.checkedInput(type, input);
      return { input: checked as Record<string, unknown> };
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      return { input, problem: problemOf(error) };
    }
  }

  /** Another process may have it, and then starts what is due. */
  #lacking({ nextDue }: ListedSchedule, lack: Lack): Pick<Schedule, 'problem'> {
    const waitsFor = nextDue === undefined ? 0 : this.deps.clock.now() - nextDue;
    if (waitsFor < LATE_MS) return {};
    return {
      problem: `No running process has ${lackName(lack)}. What is due waits for one that has it.`,
    };
  }
}

function tooMany(): InvalidInput {
  const most = counted(MAX_SCHEDULES, 'schedule');
  return new InvalidInput({ type: `There are already ${most}. Remove one first.` });
}

/** Its name in the audit trail. */
function entryOf(id: string) {
  return { kind: 'schedule', target: id } as const;
}

function settingsOf({ type, cron, timeZone }: Pick<Schedule, 'type' | 'cron' | 'timeZone'>) {
  return { type, cron, timeZone };
}

type Edited = Pick<StoredSchedule, 'type' | 'cron' | 'timeZone' | 'input' | 'priority'> &
  Partial<Pick<StoredSchedule, 'timeoutMs' | 'sessionId'>>;

/** The settings before and after, those of its jobs as far as they differ; undefined when none does. */
function changedSettings(before: Edited, after: Edited) {
  const [old, now] = [settingsOfJobs(before), settingsOfJobs(after)];
  const names = Object.keys(old).filter((name) => old[name] !== now[name]);
  const isMoved = before.cron !== after.cron || before.timeZone !== after.timeZone;
  if (names.length === 0 && !isMoved) return undefined;
  const only = (settings: Settings) =>
    Object.fromEntries(names.map((name) => [name, settings[name] ?? 'none']));
  return {
    before: { ...settingsOf(before), ...only(old) },
    after: { ...settingsOf(after), ...only(now) },
  };
}

function settingsOfJobs({ input, priority, timeoutMs, sessionId }: Edited): Settings {
  return {
    input: JSON.stringify(input),
    priority,
    timeoutMs: timeoutMs ?? null,
    session: sessionId ?? null,
  };
}
