import type { Job } from '../../src/jobs/job.ts';
import { progressCount } from '../format.ts';
import { resultSummary } from './result_summary.tsx';

/** The one line that tells how a job stands: its error, its result, or how far it has come. */
export function Outcome({ job }: { job: Job }): JSX.Element {
  const words = job.errorMessage || resultSummary(job) || job.progress.message;
  return (
    <span class="outcome" data-status={job.status}>
      <span class="outcome-words" safe>
        {words}
      </span>
      <Progress job={job} />
    </span>
  );
}

function Progress({ job }: { job: Job }): JSX.Element {
  const { current, total } = job.progress;
  if (job.completedAt !== undefined || total === 0) return '';
  return (
    <span class="outcome-progress">
      <progress value={current} max={total} aria-label="Progress" />
      <span safe>{progressCount(job.progress)}</span>
    </span>
  );
}
