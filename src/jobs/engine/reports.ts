import type { Clock } from '../../platform/clock.ts';
import { type Feed, PROGRESS_MS } from '../feed.ts';
import type { JobProgress } from '../job.ts';
import type { JobStore } from '../store/store.ts';
import type { ErrorReporter } from './error_reporter.ts';
import type { Execution, Executions } from './executions.ts';
import type { HandOver } from './report_buffer.ts';
import { linesOf, tidied } from './tidying.ts';

/** Additional wait after a flush that failed, in ms. */
const RETRY_MS = 1_000;

interface ReportDeps {
  store: JobStore;
  executions: Executions;
  feed: Feed;
  clock: Clock;
  errors: ErrorReporter;
}

/** Takes progress and log lines of executions, and writes and publishes them every 50 ms at most. */
export class Reports {
  readonly #unwritten = new Set<Execution>();
  #flushedAt = Number.NEGATIVE_INFINITY;
  #isFlushScheduled = false;

  constructor(private readonly deps: ReportDeps) {}

  report(execution: Execution, progress: JobProgress): void {
    if (!this.deps.executions.has(execution)) return;
    const tidy = tidied(progress);
    execution.reports.report(tidy);
    this.measure(execution, tidy);
    this.#schedule(execution);
  }

  /** Text with line breaks becomes several lines. */
  log(execution: Execution, text: string): void {
    if (!this.deps.executions.has(execution)) return;
    execution.reports.log(linesOf(text, new Date(this.deps.clock.now())));
    this.#schedule(execution);
  }

  saved(execution: Execution, handOver: HandOver): void {
    execution.reports.saved(handOver);
    this.#schedule(execution);
  }

  failed(execution: Execution, handOver: HandOver): void {
    execution.reports.failed(handOver);
    this.#schedule(execution);
  }

  /** A commit has written `progress`, be it its own or what was handed over with it. */
  committed(execution: Execution, handOver: HandOver, progress: JobProgress | undefined): void {
    execution.reports.saved(handOver, progress);
    this.#schedule(execution);
    if (!progress) return;
    this.deps.feed.progressed([execution.id]);
  }

  /** Writes everything that is not on disk yet; one execution's failure does not affect the others. */
  async flush(): Promise<void> {
    this.#flushedAt = this.deps.clock.elapsed();
    const unwritten = [...this.#unwritten].filter((execution) => this.#isDue(execution));
    this.#unwritten.clear();
    await Promise.all(unwritten.map((execution) => this.#write(execution)));
  }

  async #write(execution: Execution): Promise<void> {
    const { store, executions, feed, clock } = this.deps;
    const report = execution.reports.take();
    let hold: Awaited<ReturnType<JobStore['report']>>;
    try {
      hold = await store.report(execution, report, clock.now());
    } catch (error) {
      this.#flushedAt = clock.elapsed() + RETRY_MS;
      this.failed(execution, report);
      throw error;
    }
    this.saved(execution, report);
    if (!executions.has(execution)) return;
    executions.observe(execution, hold);
    if (report.progress && hold !== 'gone') feed.progressed([execution.id]);
    if (report.lines) feed.logged();
  }

  /** The execution has made this progress, which is not written here. */
  measure({ rate, stall }: Execution, { current, total }: JobProgress): void {
    const now = this.deps.clock.elapsed();
    rate.sample(now, current, total);
    stall.moved(now);
  }

  /** The end of an execution brings what it has reported. */
  #isDue(execution: Execution): boolean {
    const { executions } = this.deps;
    return executions.has(execution) && !execution.ending && !execution.reports.isEmpty;
  }

  #schedule(execution: Execution): void {
    if (!this.#isDue(execution)) return;
    this.#unwritten.add(execution);
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    const wait = this.#flushedAt + PROGRESS_MS - this.deps.clock.elapsed();
    if (wait > 0) this.deps.clock.after(wait, () => void this.#tryToFlush());
    else queueMicrotask(() => void this.#tryToFlush());
  }

  /** What cannot be written stays in memory until the next flush. */
  async #tryToFlush(): Promise<void> {
    this.#isFlushScheduled = false;
    await this.deps.errors.attempt('Progress could not be written', () => this.flush());
  }
}
