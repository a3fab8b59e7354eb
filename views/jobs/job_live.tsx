import type { Job } from '../../src/jobs/job.ts';
import { counted, duration, estimate, progressCount, rate, timeLeft } from '../format.ts';
import { elapsedTime, relativeTime, remainingTime } from '../time.tsx';
import type { JobView } from '../view_models.ts';
import { resultSummary } from './result_summary.tsx';

interface JobLiveProps {
  view: JobView;
  now: Date;
  /** For a `job` event: it finds its own place in the document. */
  oob?: boolean;
}

/**
 * The part of a card that changes with every frame. Out of band it is morphed rather than
 * replaced, so that the bar glides from its last value and selected text stays selected.
 */
export function JobLive({ view, now, oob = false }: JobLiveProps): JSX.Element {
  return (
    <div
      id={`live-${view.job.id}`}
      class="job-live"
      data-status={view.job.status}
      hx-swap-oob={oob ? 'morph' : undefined}
    >
      <State view={view} now={now} />
    </div>
  );
}

function State({ view, now }: { view: JobView; now: Date }): JSX.Element {
  const { job } = view;
  switch (job.status) {
    case 'queued':
      return '';
    case 'running':
    case 'cancelling':
      return <AtWork view={view} now={now} />;
    case 'retrying':
      return <Retrying job={job} now={now} />;
    case 'completed':
      return <Ended job={job} now={now} message={whatItBrought(job)} word="Completed" />;
    case 'failed':
      return <Ended job={job} now={now} message={job.errorMessage} word={failedAfter(job)} />;
    case 'cancelled':
      return <Ended job={job} now={now} message={whatWasDone(job)} word="Cancelled" />;
  }
}

function AtWork({ view, now }: { view: JobView; now: Date }): JSX.Element {
  const { job } = view;
  return (
    <>
      <p class="job-message" safe>
        {job.progress.message}
      </p>
      <div class="job-bar">
        <Bar job={job} />
        <span class="job-count" safe>
          {progressCount(job.progress)}
        </span>
      </div>
      <p class="job-meta">
        <span safe>{pace(view)}</span>
        {elapsedTime(job.startedAt ?? job.createdAt, now)}
      </p>
    </>
  );
}

/** Named by the card's link: Kita writes `<` into attributes as it is, and a subject may hold one. */
function Bar({ job }: { job: Job }): JSX.Element {
  const { current, total } = job.progress;
  const name = `name-${job.id}`;
  if (total <= 0) return <progress aria-labelledby={name}></progress>;
  return <progress aria-labelledby={name} value={Math.min(current, total)} max={total}></progress>;
}

/** "38/s · about 19 s left", as far as it can be told. */
function pace(view: JobView): string {
  const { perSecond, job } = view;
  if (!perSecond || job.status !== 'running') return '';
  const left = timeLeft(view);
  // What is being fetched counts bytes, and bytes a second help nobody.
  const speed = job.progress.stage === 'fetching' ? [] : [rate(perSecond)];
  return [...speed, ...(left === undefined ? [] : [`about ${estimate(left)} left`])].join(' · ');
}

function Retrying({ job, now }: { job: Job; now: Date }): JSX.Element {
  return (
    <>
      <p class="job-error" safe>
        {job.errorMessage ?? job.errors.at(-1) ?? ''}
      </p>
      <p class="job-meta">
        <span>
          Attempt {job.attempt + 1} of {job.maxAttempts} in
        </span>
        {job.retryAt ? remainingTime(job.retryAt, now) : 'a moment'}
      </p>
    </>
  );
}

interface EndedProps {
  job: Job;
  now: Date;
  message: string | undefined;
  word: string;
}

function Ended({ job, now, message, word }: EndedProps): JSX.Element {
  const end = job.completedAt ?? job.updatedAt;
  const took = job.startedAt && duration(end.getTime() - job.startedAt.getTime());
  return (
    <>
      {message !== undefined && message !== '' && (
        <p class={job.status === 'failed' ? 'job-error' : 'job-message'} safe>
          {message}
        </p>
      )}
      <p class="job-meta">
        <span>
          <span safe>{word}</span> {relativeTime(end, now)}
        </span>
        {took !== undefined && (
          <span title="Time it took" safe>
            {took}
          </span>
        )}
      </p>
    </>
  );
}

/** The last message tells of the last step, so it only serves where there is no result. */
function whatItBrought(job: Job): string {
  return resultSummary(job) || job.progress.message;
}

function failedAfter({ attempt }: Job): string {
  return attempt > 1 ? `Failed after ${counted(attempt, 'attempt')},` : 'Failed';
}

function whatWasDone(job: Job): string {
  if (job.errorMessage) return job.errorMessage;
  const done = progressCount(job.progress);
  return done === '' ? '' : `Stopped at ${done}`;
}
