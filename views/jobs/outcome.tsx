import type { Job } from '../../src/jobs/job.ts';
import { resultSummary } from '../../src/operations/words.ts';
import { cutTelling } from '../../src/text/cut.ts';
import { progressCount } from '../../src/text/format.ts';

/** The one line that tells how a job stands: its error, its result, or how far it has come. */
export function Outcome({ job }: { job: Job }): JSX.Element {
  return (
    <span class="outcome" data-status={job.status}>
      <span class="outcome-words" safe>
        {cutTelling(words(job))}
      </span>
      <Progress job={job} />
    </span>
  );
}

function words(job: Job): string {
  switch (job.status) {
    case 'completed':
      return resultSummary(job) || job.progress.message;
    case 'cancelled':
      return job.errorMessage ?? stoppedAt(job);
    case 'failed':
    case 'retrying':
      return job.errorMessage ?? '';
    case 'queued':
    case 'running':
    case 'cancelling':
      return job.progress.message;
  }
}

function stoppedAt({ progress }: Job): string {
  const done = progressCount(progress);
  return done === '' ? '' : `Stopped at ${done}`;
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
