import type { Job } from '../../src/jobs/job.ts';
import { resultSummary } from '../../src/operations/words.ts';
import { cutWithLength } from '../../src/text/cut.ts';
import { progressCount, stoppedAt } from '../../src/text/format.ts';

/** A job's status on one line, beside its name: its error, its result, or its progress. */
export function Outcome({ job }: { job: Job }): JSX.Element {
  return (
    <span class="outcome" data-status={job.status}>
      <span class="outcome-words" safe>
        {cutWithLength(words(job))}
      </span>
      <Progress job={job} />
    </span>
  );
}

function words(job: Job): string {
  switch (job.status) {
    case 'completed':
      return resultSummary(job, job.metadata) || job.progress.message;
    case 'cancelled':
      return job.errorMessage ?? stoppedAt(job.progress);
    case 'failed':
    case 'retrying':
      return job.errorMessage ?? '';
    case 'queued':
    case 'running':
    case 'cancelling':
      return job.progress.message;
  }
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
