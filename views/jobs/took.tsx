import type { Job } from '../../src/jobs/job.ts';
import { isRunning } from '../../src/jobs/lifecycle.ts';
import { took } from '../../src/text/format.ts';
import { elapsedTime } from '../time.tsx';

/** How long its last attempt took, or the present one has taken so far; a dash while it waits. */
export function Took({ job, now }: { job: Job; now: Date }): JSX.Element {
  if (job.startedAt && isRunning(job.status)) return elapsedTime(job.startedAt, now);
  return <span safe>{took(job)}</span>;
}
