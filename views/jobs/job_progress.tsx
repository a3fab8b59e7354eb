import type { JobView } from '../../src/jobs/job.ts';
import { progressCount } from '../../src/text/format.ts';
import { elapsedTime } from '../time.tsx';
import { pace } from './job_live.tsx';

/** The progress of a running job, its rate and the time left. */
export function JobProgress({ view, now }: { view: JobView; now: Date }): JSX.Element {
  const { job, stalledSince } = view;
  if (job.status !== 'running' && job.status !== 'cancelling') return '';
  const { current, total, message, stage } = job.progress;
  const isSilent = stage === undefined && message === '';
  return (
    <div class="report-progress" data-status={job.status} data-job={job.id}>
      <p hidden={isSilent}>
        {stage !== undefined && (
          <span class="badge" safe>
            {stage}
          </span>
        )}{' '}
        <span class="report-message" safe>
          {message}
        </span>
      </p>
      <progress
        aria-label="Progress of this job"
        {...(total > 0 && { value: Math.min(current, total), max: total })}
      ></progress>
      <p class="report-pace">
        <span class="report-count" safe>
          {progressCount(job.progress)}
        </span>
        {stalledSince ? (
          <span class="stalled">No progress for {elapsedTime(stalledSince, now)}</span>
        ) : (
          <span class="report-rate" safe>
            {pace(view)}
          </span>
        )}
      </p>
    </div>
  );
}
