import type { Clock } from '../../platform/clock.ts';
import { JobFenced } from '../errors.ts';
import { type Feed, PROGRESS_MS } from '../feed.ts';
import type { Job, JobProgress } from '../job.ts';
import type { JobStore, Report, Run } from '../store/store.ts';
import type { Complaints } from './error_reporter.ts';
import { Speed } from './progress_rate.ts';
import { linesOf, tidied } from './report.ts';
import { Pulse } from './stall_detector.ts';

/** How much of a log may wait to be written, in characters. */
const MAX_UNWRITTEN = 512 * 1024;
const LINES_DROPPED = '[Lines are missing here: they could not be written in time.]\n';

/** Between two tries to write what could not be written, in ms. */
const RETRY_MS = 1_000;

/** A point in the life of an execution: so many things it had reported until then. */
type Moment = number;

interface Reported {
  progress: JobProgress;
  at: Moment;
}

/** What was handed to the store. */
export interface Taken extends Report {
  /** When its progress was reported; 0 = it has none. */
  reportedAt: Moment;
  /** The newest progress that it may bring to disk: a commit can have one of its own. */
  reach: Moment;
}

/** One attempt at a job, running in this process. */
export interface Execution extends Run {
  readonly controller: AbortController;
  readonly speed: Speed;
  readonly pulse: Pulse;
  /** Progress that is to be handed to the store. */
  latest?: Reported;
  /** Progress that came back from the store, while something newer may reach the disk. */
  cameBack?: Reported;
  /** Lines of the log that are not handed to the store yet. */
  lines: string;
  /** What the store could not write, and of what the lines are to be written again. */
  returned: Taken[];
  /** Handed to the store, which has not answered yet. */
  handed: Set<Taken>;
  /** Counts what is reported and handed over. */
  now: Moment;
  /** Nothing older is to be written any more. */
  writtenAt: Moment;
  /** Its end has been handed to the store: its place is free, if that succeeds. */
  ending?: Promise<unknown>;
}

/**
 * What memory holds of jobs: the abort controllers of those that run in this process, and their
 * progress that is not on disk yet. Nothing here is the truth about a job's status.
 */
export class Executions {
  #byId = new Map<string, Execution>();
  #dirty = new Set<Execution>();
  #flushedAt = Number.NEGATIVE_INFINITY;
  #isFlushPending = false;

  constructor(
    private readonly store: JobStore,
    private readonly feed: Feed,
    private readonly clock: Clock,
    private readonly complaints: Complaints,
  ) {}

  begin(run: Run, { current, total }: { current: number; total: number }): Execution {
    const execution: Execution = {
      id: run.id,
      attempt: run.attempt,
      type: run.type,
      tracked: run.tracked,
      client: run.client,
      startedAt: run.startedAt,
      controller: new AbortController(),
      speed: new Speed(this.clock.elapsed(), current, total),
      pulse: new Pulse(this.clock.elapsed()),
      lines: '',
      returned: [],
      handed: new Set(),
      now: 0,
      writtenAt: 0,
    };
    const older = this.#byId.get(run.id);
    // Taken away and claimed again before this process had heard of either.
    if (older) this.fence(older);
    this.#byId.set(run.id, execution);
    return execution;
  }

  get(id: string): Execution | undefined {
    return this.#byId.get(id);
  }

  all(): Execution[] {
    return [...this.#byId.values()];
  }

  /** Whether it is still the one that runs its job here. */
  has(execution: Execution): boolean {
    return this.#byId.get(execution.id) === execution;
  }

  /** Its status is settled on disk: what is still in memory of it is void. */
  end(execution: Execution): void {
    if (this.has(execution)) this.#byId.delete(execution.id);
    this.#dirty.delete(execution);
  }

  /** Somebody else has the job now. */
  fence(execution: Execution): void {
    this.end(execution);
    execution.controller.abort(new JobFenced());
  }

  report(execution: Execution, progress: JobProgress): void {
    const tidy = tidied(progress);
    execution.latest = { progress: tidy, at: ++execution.now };
    this.#moved(execution, tidy);
    this.#markDirty(execution);
  }

  /** Adds to the log of what runs; what has line breaks is several lines. */
  log(execution: Execution, text: string): void {
    if (!this.has(execution)) return;
    // With the disk full for long, the newest lines are worth more than the memory.
    if (unwrittenLines(execution).length > MAX_UNWRITTEN) {
      execution.returned = [];
      execution.lines = LINES_DROPPED;
    }
    execution.lines += linesOf(text);
    this.#markDirty(execution);
  }

  /** A commit has brought `progress` to disk, be it its own or what was `taken` before it. */
  committed(execution: Execution, taken: Taken, progress: JobProgress | undefined): void {
    const isOwn = progress !== taken.progress;
    this.written(execution, taken, isOwn ? taken.reach : taken.reportedAt);
    if (!progress) return;
    if (isOwn) this.#moved(execution, progress);
    this.feed.progressed([execution.id]);
  }

  /** What it has to say, to be handed to the store now; `written` or `putBack` follows. */
  take(execution: Execution): Taken {
    const lines = unwrittenLines(execution);
    // What is under way goes along once more, should it fail alone and nothing come after this.
    const newest = execution.latest ?? underway(execution);
    execution.lines = '';
    execution.returned = [];
    return this.#handOver(execution, newest, newest?.at ?? 0, lines);
  }

  /** The progress alone, for a commit that may have a newer one of its own. */
  takeProgress(execution: Execution): Taken {
    return this.#handOver(execution, execution.latest, ++execution.now);
  }

  #handOver(execution: Execution, newest: Reported | undefined, reach: Moment, lines = ''): Taken {
    execution.latest = undefined;
    if (!unwrittenLines(execution)) this.#dirty.delete(execution);
    const { progress, at: reportedAt = 0 }: Partial<Reported> = newest ?? {};
    const taken = { ...(progress && { progress }), ...(lines && { lines }), reportedAt, reach };
    execution.handed.add(taken);
    return taken;
  }

  /** It is not on disk. What was reported or handed over since then is newer and stays. */
  putBack(execution: Execution, taken: Taken): void {
    execution.handed.delete(taken);
    if (!this.has(execution)) return;
    if (taken.lines) {
      execution.returned.push(taken);
      this.#markDirty(execution);
    }
    const { progress, reportedAt: at } = taken;
    if (progress && at > (execution.cameBack?.at ?? 0)) execution.cameBack = { progress, at };
    this.#bringBack(execution);
  }

  /** As soon as it is certain that nothing newer reaches the disk before it. */
  #bringBack(execution: Execution): void {
    const { cameBack, latest, handed, writtenAt } = execution;
    if (!cameBack) return;
    const { at } = cameBack;
    const isOutdated = at <= writtenAt || (latest && latest.at >= at);
    if (!isOutdated && [...handed].some(({ reach }) => reach >= at)) return;
    execution.cameBack = undefined;
    if (isOutdated) return;
    execution.latest = cameBack;
    this.#markDirty(execution);
  }

  /** Writes all that is not on disk yet, each for itself. */
  async flush(): Promise<void> {
    this.#flushedAt = this.clock.elapsed();
    await Promise.all([...this.#dirty].map((execution) => this.#write(execution)));
  }

  async #write(execution: Execution): Promise<void> {
    const report = this.take(execution);
    let isHeld: boolean;
    try {
      isHeld = await this.store.report(execution, report, this.clock.now());
    } catch (error) {
      // The next flush is that much later.
      this.#flushedAt = this.clock.elapsed() + RETRY_MS;
      this.putBack(execution, report);
      throw error;
    }
    this.written(execution, report);
    if (!this.has(execution)) return;
    if (!isHeld) this.fence(execution);
    else if (report.progress) this.feed.progressed([execution.id]);
    if (report.lines) this.feed.logged();
  }

  /** On disk now: it is read from there. */
  written(execution: Execution, taken: Taken, at = taken.reportedAt): void {
    execution.handed.delete(taken);
    execution.writtenAt = Math.max(execution.writtenAt, at);
    this.#bringBack(execution);
  }

  /** The job with the progress that is not on disk yet. */
  withProgress(job: Job): Job {
    const execution = this.#byId.get(job.id);
    if (execution?.attempt !== job.attempt) return job;
    const { latest, cameBack, handed, writtenAt } = execution;
    let newest = latest ?? cameBack;
    for (const { progress, reportedAt: at } of handed)
      if (progress && at > (newest?.at ?? writtenAt)) newest = { progress, at };
    return newest ? { ...job, progress: newest.progress } : job;
  }

  #moved({ speed, pulse }: Execution, { current, total }: JobProgress): void {
    const now = this.clock.elapsed();
    speed.sample(now, current, total);
    pulse.beat(now);
  }

  #markDirty(execution: Execution): void {
    this.#dirty.add(execution);
    if (this.#isFlushPending) return;
    this.#isFlushPending = true;
    const wait = this.#flushedAt + PROGRESS_MS - this.clock.elapsed();
    if (wait > 0) this.clock.after(wait, () => void this.#tryFlush());
    else queueMicrotask(() => void this.#tryFlush());
  }

  /** Progress may wait: when the disk is full or locked, it stays in memory until the next try. */
  async #tryFlush(): Promise<void> {
    this.#isFlushPending = false;
    await this.complaints.guard('Progress could not be written', () => this.flush());
  }
}

/** Progress that was handed to the store, if no commit can have a newer one. */
function underway({ handed, writtenAt }: Execution): Reported | undefined {
  let newest: Taken | undefined;
  for (const taken of handed) if (taken.reach > (newest?.reach ?? writtenAt)) newest = taken;
  if (!newest?.progress || newest.reach !== newest.reportedAt) return undefined;
  return { progress: newest.progress, at: newest.reportedAt };
}

/** Lines that are in nobody else's hands, in their order. */
function unwrittenLines({ returned, lines }: Execution): string {
  return returned.length === 0 ? lines : returned.map((taken) => taken.lines).join('') + lines;
}
