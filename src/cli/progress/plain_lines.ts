import type { Job } from '../../jobs/index.ts';
import { jobName, percent } from '../../text/format.ts';
import { printable } from '../../text/printable.ts';
import { progressLine } from '../../text/progress_line.ts';
import { complain } from '../complain.ts';
import { print } from '../output.ts';
import { endLine } from './job_line.ts';
import type { Reporter } from './reporter.ts';

/** The shortest time between two lines about the progress of one job, in ms. */
const PACE_MS = 1_000;

/** Lines for a file or a pipe: one when something has changed, at most one a second of a job. */
export class PlainLines implements Reporter {
  #told = new Map<string, { what: string; status: string; at: number }>();

  show(jobs: Job[]): void {
    for (const job of jobs) {
      if (job.completedAt) {
        if (job.parentId) this.#tellEnd(job);
        continue;
      }
      const { progress, status } = job;
      const what = `${status} ${progress.message} ${percent(progress.current, progress.total)}`;
      const told = this.#told.get(job.id);
      const isDue = told?.status !== status || Date.now() - told.at >= PACE_MS;
      if (told?.what === what || !isDue) continue;
      this.#told.set(job.id, { what, status, at: Date.now() });
      this.say(`${printable(jobName(job))}  ${printable(progressLine(job))}`);
    }
  }

  ended(job: Job): void {
    this.#tellEnd(job);
  }

  say(text: string): void {
    complain(text);
  }

  print(text: string): void {
    print(text);
  }

  close(): void {}

  /** Once, however often it is shown. */
  #tellEnd(job: Job): void {
    if (this.#told.get(job.id)?.status === job.status) return;
    this.#told.set(job.id, { what: '', status: job.status, at: Date.now() });
    this.say(endLine(job));
  }
}
