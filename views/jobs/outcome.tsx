import type { Job, Wait } from '../../src/jobs/job.ts';
import { resultSummary } from '../../src/operations/words.ts';
import { cutWithLength } from '../../src/text/cut.ts';
import { progressCount, stoppedAt } from '../../src/text/format.ts';
import { startsLater } from '../../src/text/start_text.ts';
import { waitingText } from '../../src/text/waiting_text.ts';
import { attributeText } from '../forms/field.tsx';

interface OutcomeProps {
  job: Job;
  wait?: Wait | undefined;
  now: Date;
}

/** A job's status on one line, beside its name: its error, its result, or its progress. */
export function Outcome({ job, wait = {}, now }: OutcomeProps): JSX.Element {
  return (
    <span class="outcome" data-status={job.status}>
      <Waiting job={job} wait={wait} now={now} />
      <span class="outcome-words" safe>
        {cutWithLength(words(job))}
      </span>
      <Progress job={job} />
    </span>
  );
}

/** As its card says it. When it starts, or its next attempt, is beside it. */
function Waiting({ job, wait, now }: OutcomeProps & { wait: Wait }): JSX.Element {
  if (!wait.pause && (job.status === 'retrying' || startsLater(job, now))) return '';
  const text = waitingText(job, wait, now);
  if (text === '') return '';
  return (
    <span class="outcome-wait" title={attributeText(text)} safe>
      {text}
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
