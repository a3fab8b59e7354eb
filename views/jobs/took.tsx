import type { Job } from '../../src/jobs/job.ts';
import { took } from '../format.ts';
import { elapsedTime } from '../time.tsx';

/** How long its latest attempt took, or has taken so far; a dash before the first. */
export function Took({ job, now }: { job: Job; now: Date }): JSX.Element {
  if (job.startedAt && !job.completedAt) return elapsedTime(job.startedAt, now);
  return <span safe>{took(job)}</span>;
}
