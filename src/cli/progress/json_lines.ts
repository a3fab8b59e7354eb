import type { Job } from '../../jobs/index.ts';
import { boundedJob } from '../../text/abridged_job.ts';
import { print, printError } from '../output.ts';
import type { Reporter } from './reporter.ts';

/** Prints a job as one line of JSON on standard output whenever it has changed. */
export class JsonLines implements Reporter {
  #printed = new Map<string, string>();

  show(jobs: Job[]): void {
    // The end of the followed job is printed last, by `ended`.
    for (const job of jobs) if (!job.completedAt || job.parentId) this.#printJob(job);
  }

  ended(job: Job): void {
    this.#printJob(job);
  }

  say(text: string): void {
    printError(text);
  }

  /** The JSON holds the result already. */
  print(): void {}

  close(): void {}

  #printJob(job: Job): void {
    const line = JSON.stringify(boundedJob(job));
    if (this.#printed.get(job.id) === line) return;
    this.#printed.set(job.id, line);
    print(line);
  }
}
