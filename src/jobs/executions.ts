import type { Clock } from './clock.ts';
import type { Complaints } from './complaints.ts';
import type { JobDetailsStore } from './details.ts';
import { JobFenced } from './errors.ts';
import type { Feed } from './feed.ts';
import type { Job, JobProgress, JobType } from './job.ts';
import { Pulse } from './pulse.ts';
import { linesOf, tidied } from './report.ts';
import { Speed } from './speed.ts';
import type { Fence, JobStore, ProgressUpdate } from './store.ts';

/** How much of a log may wait to be written, in characters. */
const MOST_UNWRITTEN = 512 * 1024;
const LINES_DROPPED = '[Lines are missing here: they could not be written in time.]\n';

/** One attempt at a job, at work in this process. */
export interface Execution extends Fence {
  readonly type: JobType;
  readonly tracked: boolean;
  readonly controller: AbortController;
  readonly speed: Speed;
  readonly pulse: Pulse;
  /** Not flushed yet. */
  progress?: JobProgress;
  /** Lines of the log that are not flushed yet. */
  lines: string;
}

/**
 * What memory holds of jobs: the abort controllers of those at work in this process, and their
 * progress that is not on disk yet. Nothing here is the truth about a job's status.
 */
export class Executions {
  #byId = new Map<string, Execution>();
  #dirty = new Set<Execution>();
  #flushedAt = Number.NEGATIVE_INFINITY;
  #flushPending = false;

  constructor(
    private readonly store: JobStore,
    private readonly details: JobDetailsStore,
    private readonly feed: Feed,
    private readonly clock: Clock,
    private readonly complaints: Complaints,
  ) {}

  begin(job: Job): Execution {
    const { current, total } = job.progress;
    const execution: Execution = {
      id: job.id,
      attempt: job.attempt,
      type: job.type,
      tracked: job.tracked,
      controller: new AbortController(),
      speed: new Speed(this.clock.elapsed(), current, total),
      pulse: new Pulse(this.clock.elapsed()),
      lines: '',
    };
    this.#byId.set(job.id, execution);
    return execution;
  }

  get(id: string): Execution | undefined {
    return this.#byId.get(id);
  }

  all(): Execution[] {
    return [...this.#byId.values()];
  }

  /** Its status is settled on disk: what is still in memory of it is void. */
  end(execution: Execution): void {
    if (this.#byId.get(execution.id) === execution) this.#byId.delete(execution.id);
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
    this.#dirty.add(execution);
    this.#scheduleFlush();
  }

  /** Adds to the log of what is at work; what has line breaks is several lines. */
  log(execution: Execution, text: string): void {
    if (this.#byId.get(execution.id) !== execution) return;
    // With the disk full for long, the newest lines are worth more than the memory.
    if (execution.lines.length > MOST_UNWRITTEN) execution.lines = LINES_DROPPED;
    execution.lines += linesOf(text);
    this.#dirty.add(execution);
    this.#scheduleFlush();
  }

  /** Already on disk, by the commit that carried it. */
  reported(execution: Execution, progress: JobProgress): void {
    this.#moved(execution, progress);
    execution.progress = undefined;
    if (!execution.lines) this.#dirty.delete(execution);
    this.feed.progressed([execution.id]);
  }

  /** Writes all progress in one transaction, now. Called before every change of state. */
  flush(): void {
    if (this.#dirty.size === 0) return;
    const executions = [...this.#dirty];
    this.#flushedAt = this.clock.elapsed();
    const updates = executions.flatMap(({ id, attempt, progress }) =>
      progress ? [{ id, attempt, progress }] : [],
    );
    const lost = new Set(this.#save(updates));
    for (const id of this.#saveLines(executions)) lost.add(id);
    this.#dirty.clear();
    for (const execution of executions) {
      execution.progress = undefined;
      if (lost.has(execution.id)) this.fence(execution);
    }
    const moved = updates.map(({ id }) => id).filter((id) => !lost.has(id));
    if (moved.length > 0) this.feed.progressed(moved);
  }

  #save(updates: ProgressUpdate[]): string[] {
    return updates.length > 0 ? this.store.saveProgress(updates, this.clock.now()) : [];
  }

  /** Returns the ids of those that had no right to write any more. */
  #saveLines(executions: Execution[]): string[] {
    const writers = executions.filter(({ lines }) => lines !== '');
    const refused = writers.filter((execution) => {
      const isHeld = this.details.appendLog(execution, execution.lines);
      execution.lines = '';
      return !isHeld;
    });
    if (writers.length > 0) this.feed.logged();
    return refused.map(({ id }) => id);
  }

  /** The job with the progress that is not on disk yet. */
  withProgress(job: Job): Job {
    const execution = this.#byId.get(job.id);
    if (!execution?.progress || execution.attempt !== job.attempt) return job;
    return { ...job, progress: execution.progress };
  }

  #moved({ speed, pulse }: Execution, { current, total }: JobProgress): void {
    const now = this.clock.elapsed();
    speed.sample(now, current, total);
    pulse.beat(now);
  }

  #scheduleFlush(): void {
    if (this.#flushPending) return;
    this.#flushPending = true;
    const { paceMs } = this.feed;
    const wait = this.#flushedAt + paceMs - this.clock.elapsed();
    const flush = () => this.#tryFlush();
    if (wait > 0) this.clock.after(wait, flush);
    else queueMicrotask(flush);
  }

  /** Progress may wait: when the disk is full or locked, it stays in memory until the next beat. */
  #tryFlush(): void {
    const isWritten = this.complaints.guard('Progress could not be written', () => this.flush());
    if (isWritten) this.#flushPending = false;
    else this.clock.after(1_000, () => this.#tryFlush());
  }
}
