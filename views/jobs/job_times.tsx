import type { Job } from '../../src/jobs/job.ts';
import { attemptsOf } from '../../src/text/attempts.ts';
import { counted, took } from '../../src/text/format.ts';
import { elapsedTime, relativeTime, remainingTime } from '../time.tsx';

/** A card's last line. The browser lets it tick by itself, so it is not sent with progress. */
export function JobTimes({ job, now }: { job: Job; now: Date }): JSX.Element {
  switch (job.status) {
    case 'queued':
      return '';
    case 'running':
    case 'cancelling':
      return elapsedTime(job.startedAt ?? job.createdAt, now);
    case 'retrying':
      return <NextAttempt job={job} now={now} />;
    case 'completed':
      return <End job={job} now={now} word="Completed" />;
    case 'failed':
      return <End job={job} now={now} word={failedAfter(job)} />;
    case 'cancelled':
      return <End job={job} now={now} word="Cancelled" />;
  }
}

function NextAttempt({ job, now }: { job: Job; now: Date }): JSX.Element {
  const { used, limit } = attemptsOf(job);
  return (
    <p class="job-times">
      <span>
        Attempt {used + 1} of {limit} in{' '}
        {job.retryAt ? remainingTime(job.retryAt, now) : 'a moment'}
      </span>
    </p>
  );
}

function End({ job, now, word }: { job: Job; now: Date; word: string }): JSX.Element {
  return (
    <p class="job-times">
      <span>
        <span safe>{word}</span> {relativeTime(job.completedAt ?? job.updatedAt, now)}
      </span>
      {job.startedAt !== undefined && (
        <span title="Time it took" safe>
          {took(job)}
        </span>
      )}
    </p>
  );
}

function failedAfter(job: Job): string {
  const { used } = attemptsOf(job);
  return used > 1 ? `Failed after ${counted(used, 'attempt')},` : 'Failed';
}
