import type { Job } from '../../src/jobs/job.ts';
import { cut, MAX_NAME } from '../../src/text/cut.ts';
import { jobName, subject } from '../../src/text/format.ts';
import { inputText } from '../../src/text/schedule_details.ts';

/** How a job is called beside its type: by its subject, or else by its input. Untrusted text: escape it. */
export function listedName(job: Job): string {
  return subject(job) || cut(inputText(job.metadata ?? {}), 2 * MAX_NAME) || jobName(job);
}
