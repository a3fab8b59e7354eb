import type { Job } from '../../jobs/index.ts';
import { jobName, percent } from '../../text/format.ts';
import { progressLine } from '../../text/job_text.ts';
import { printable } from '../../text/printable.ts';
import { print, printError } from '../output.ts';
import { endLine } from './job_line.ts';
import type { Reporter, Waits } from './reporter.ts';

/** The shortest time between two lines about the progress of one job, in ms. */
const MIN_LINE_MS = 1_000;

/** Lines for a file or a pipe: one per change, and at most one per job and second. */
export class PlainLines implements Reporter {
  #printed = new Map<string, { state: string; status: string; at: number }>();

  constructor(private readonly waits: Waits) {}

  async show(jobs: Job[]): Promise<void> {
    const waitOf = await this.waits(jobs, new Date());
    for (const job of jobs) {
      if (job.completedAt) {
        if (job.parentId) this.#printEnd(job);
        continue;
      }
      const { progress, status } = job;
      const state = `${status} ${progress.message} ${percent(progress.current, progress.total)}`;
      const last = this.#printed.get(job.id);
      const isDue = last?.status !== status || Date.now() - last.at >= MIN_LINE_MS;
      if (last?.state === state || !isDue) continue;
      this.#printed.set(job.id, { state, status, at: Date.now() });
      this.say(`${printable(jobName(job))}  ${printable(progressLine(job, waitOf(job)))}`);
    }
  }

  ended(job: Job): void {
    this.#printEnd(job);
  }

  say(text: string): void {
    printError(text);
  }

  print(text: string): void {
    print(text);
  }

  close(): void {}

  /** Prints the end of a job once, however often it is shown. */
  #printEnd(job: Job): void {
    if (this.#printed.get(job.id)?.status === job.status) return;
    this.#printed.set(job.id, { state: '', status: job.status, at: Date.now() });
    this.say(endLine(job));
  }
}
