import type { Clock } from './clock.ts';
import type { Complaints } from './complaints.ts';
import { JobFenced } from './errors.ts';
import type { Feed } from './feed.ts';
import type { Job, JobProgress } from './job.ts';
import { Pulse } from './pulse.ts';
import { linesOf, tidied } from './report.ts';
import { Speed } from './speed.ts';
import type { JobStore, Report, Run } from './store.ts';

/** How much of a log may wait to be written, in characters. */
const MAX_UNWRITTEN = 512 * 1024;
const LINES_DROPPED = '[Lines are missing here: they could not be written in time.]\n';

/** Between two tries to write what could not be written, in ms. */
const RETRY_MS = 1_000;

/** What was handed to the store, and which hand-over of its execution it was. */
export interface Taken extends Report {
  number: number;
}

/** One attempt at a job, running in this process. */
export interface Execution extends Run {
  readonly controller: AbortController;
  readonly speed: Speed;
  readonly pulse: Pulse;
  /** Not handed to the store yet. */
  progress?: JobProgress;
  /** Lines of the log that are not handed to the store yet. */
  lines: string;
  /** Handed to the store, and perhaps not on disk yet. */
  underway?: JobProgress;
  /** How often something was handed to the store. */
  handed: number;
  /** What the store could not write, and of what its lines are to be written again. */
  returned: Taken[];
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
      handed: 0,
      returned: [],
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
    execution.progress = tidy;
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
    this.written(execution, taken);
    if (!progress) return;
    if (progress !== taken.progress) this.#moved(execution, progress);
    this.feed.progressed([execution.id]);
  }

  /**
   * What it has to say, to be handed to the store now; `written` or `putBack` follows. Progress that
   * is under way goes along once more, so that the newest hand-over alone decides what becomes of it.
   */
  take(execution: Execution): Taken {
    const lines = unwrittenLines(execution);
    execution.lines = '';
    execution.returned = [];
    return { ...this.takeProgress(execution), ...(lines && { lines }) };
  }

  /** The progress alone, when something newer may be on its way to the store. */
  takeProgress(execution: Execution): Taken {
    const progress = execution.progress ?? execution.underway;
    execution.progress = undefined;
    execution.underway = progress;
    if (!unwrittenLines(execution)) this.#dirty.delete(execution);
    return { number: ++execution.handed, ...(progress && { progress }) };
  }

  /** It is not on disk. What was reported or handed over since then is newer and stays. */
  putBack(execution: Execution, taken: Taken): void {
    if (!this.has(execution)) return;
    if (taken.number === execution.handed) {
      execution.progress ??= taken.progress;
      execution.underway = undefined;
    }
    if (taken.lines) {
      execution.returned.push(taken);
      execution.returned.sort((a, b) => a.number - b.number);
    }
    if (execution.progress || taken.lines) this.#markDirty(execution);
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
  written(execution: Execution, { progress }: Taken): void {
    if (execution.underway === progress) execution.underway = undefined;
  }

  /** The job with the progress that is not on disk yet. */
  withProgress(job: Job): Job {
    const execution = this.#byId.get(job.id);
    const progress = execution?.progress ?? execution?.underway;
    if (!progress || execution?.attempt !== job.attempt) return job;
    return { ...job, progress };
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
    const wait = this.#flushedAt + this.feed.paceMs - this.clock.elapsed();
    if (wait > 0) this.clock.after(wait, () => void this.#tryFlush());
    else queueMicrotask(() => void this.#tryFlush());
  }

  /** Progress may wait: when the disk is full or locked, it stays in memory until the next try. */
  async #tryFlush(): Promise<void> {
    this.#isFlushPending = false;
    await this.complaints.guard('Progress could not be written', () => this.flush());
  }
}

/** Lines that are in nobody else's hands, in their order. */
function unwrittenLines({ returned, lines }: Execution): string {
  return returned.length === 0 ? lines : returned.map((taken) => taken.lines).join('') + lines;
}
