import type { Job } from '../../src/jobs/job.ts';
import { isRunning } from '../../src/jobs/lifecycle.ts';
import { nextLink } from '../../src/operations/words.ts';
import { attemptsOf } from '../../src/text/attempts.ts';
import { count, counted, jobDuration } from '../../src/text/format.ts';
import { startsLater } from '../../src/text/start_text.ts';
import { attributeText } from '../forms/field.tsx';
import { elapsedTime, relativeTime, remainingTime } from '../time.tsx';
import { resultHref } from './result_href.ts';

/** The last line of a card. The browser updates it by itself, so it is not sent with progress. */
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
        <span safe>{`Attempt ${count(used + 1)} of ${count(limit)}`}</span> in{' '}
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
      <NextLink job={job} />
      {job.startedAt !== undefined && (
        <span title="Duration" safe>
          {jobDuration(job)}
        </span>
      )}
    </p>
  );
}

/** "See the 200 posts". */
function NextLink({ job }: { job: Job }): JSX.Element {
  const next = nextLink(job);
  if (!next) return '';
  return (
    <a href={attributeText(resultHref(next))} safe>
      {next.words}
    </a>
  );
}

function failedAfter(job: Job): string {
  const { used } = attemptsOf(job);
  return used > 1 ? `Failed after ${counted(used, 'attempt')},` : 'Failed';
}

/** When the job started, or since when it has been in the queue; a dash when it never started. */
export function JobStart({ job, now }: { job: Job; now: Date }): JSX.Element {
  if (startsLater(job, now)) return <>starts {relativeTime(job.runAt, now)}</>;
  if (job.status === 'queued') return <>queued {relativeTime(queuedAt(job), now)}</>;
  return job.startedAt === undefined ? <>–</> : relativeTime(job.startedAt, now);
}

/** Moving a job to the front does not queue it anew. */
function queuedAt({ attempt, createdAt, updatedAt }: Job): Date {
  return attempt === 0 ? createdAt : updatedAt;
}

/** How long the last attempt took, or has taken so far; a dash while the job waits. */
export function JobDuration({ job, now }: { job: Job; now: Date }): JSX.Element {
  if (job.startedAt && isRunning(job.status)) return elapsedTime(job.startedAt, now);
  return <span safe>{jobDuration(job)}</span>;
}
