import type { Job } from '../../jobs/index.ts';
import { toldJob } from '../../text/abridged_job.ts';
import { complain } from '../complain.ts';
import { print } from '../output.ts';
import type { Reporter } from './reporter.ts';

/** A job as one line of JSON on standard output, whenever it has changed. */
export class JsonLines implements Reporter {
  #told = new Map<string, string>();

  show(jobs: Job[]): void {
    // The end of the job itself comes last.
    for (const job of jobs) if (!job.completedAt || job.parentId) this.#tell(job);
  }

  ended(job: Job): void {
    this.#tell(job);
  }

  say(text: string): void {
    complain(text);
  }

  /** What a person would read stands in the JSON. */
  print(): void {}

  close(): void {}

  #tell(job: Job): void {
    const line = JSON.stringify(toldJob(job));
    if (this.#told.get(job.id) === line) return;
    this.#told.set(job.id, line);
    print(line);
  }
}
