import type { Job, JobView } from '../../src/jobs/job.ts';
import { resultNotes, resultSummary } from '../../src/operations/words.ts';
import { cutWithLength } from '../../src/text/cut.ts';
import { estimate, progressCount, rate, stoppedAt, timeLeft } from '../../src/text/format.ts';
import { elapsedTime, withLocalTime } from '../time.tsx';

interface JobLiveProps {
  view: JobView;
  now: Date;
  /** For a `job` event: an out-of-band swap. */
  oob?: boolean;
}

/**
 * The part of a card that changes with every event and is sent far more often than anything else:
 * it has no classes, and nothing that the card around it can hold. Out of band it is morphed rather
 * than replaced, so that the bar moves smoothly and selected text stays selected. Morphing replaces
 * its own attributes, so it has none but its id.
 */
export function JobLive({ view, now, oob = false }: JobLiveProps): JSX.Element {
  return (
    <div id={`live-${view.job.id}`} hx-swap-oob={oob ? 'morph' : undefined}>
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
      return <Running view={view} now={now} />;
    case 'retrying':
      return <Reason job={job} now={now} />;
    case 'completed':
      return <Result job={job} />;
    case 'failed':
      return <Message text={job.errorMessage ?? ''} />;
    case 'cancelled':
      return <Message text={job.errorMessage || stoppedAt(job.progress)} />;
  }
}

function Running({ view, now }: { view: JobView; now: Date }): JSX.Element {
  const { job, stalledSince } = view;
  return (
    <>
      <p safe>{cutWithLength(job.progress.message)}</p>
      <Bar job={job} />
      <span safe>{progressCount(job.progress)}</span>
      {stalledSince && job.status === 'running' ? (
        <span class="stalled">No progress for {elapsedTime(stalledSince, now)}</span>
      ) : (
        <span safe>{pace(view)}</span>
      )}
    </>
  );
}

function Bar({ job }: { job: Job }): JSX.Element {
  const { current, total } = job.progress;
  if (total <= 0) return <progress aria-label="Progress"></progress>;
  return <progress aria-label="Progress" value={Math.min(current, total)} max={total}></progress>;
}

/** "38/s · about 19 s left", as far as it is known; after a cancel, what the job waits for. */
export function pace(view: JobView): string {
  const { perSecond, job } = view;
  if (job.status === 'cancelling') {
    return job.tracked ? 'Waiting for its program to stop' : 'Waiting for it to stop';
  }
  if (!perSecond || job.status !== 'running') return '';
  const left = timeLeft(view);
  // A download counts bytes, and a rate in bytes is of little use here.
  const perTime = job.progress.stage === 'fetching' ? [] : [rate(perSecond)];
  return [...perTime, ...(left === undefined ? [] : [`about ${estimate(left)} left`])].join(' · ');
}

function Message({ text }: { text: string }): JSX.Element {
  return text === '' ? '' : <p safe>{cutWithLength(text)}</p>;
}

/** Why a job waits. */
function Reason({ job, now }: { job: Job; now: Date }): JSX.Element {
  const text = cutWithLength(job.errorMessage ?? job.errors.at(-1) ?? '');
  if (text === '' || !job.retryAt) return <Message text={text} />;
  return <p>{withLocalTime(text, job.retryAt, now)}</p>;
}

function Result({ job }: { job: Job }): JSX.Element {
  return (
    <>
      <Message text={resultText(job)} />
      {resultNotes(job, 'page').map((note) => (
        <Message text={note} />
      ))}
    </>
  );
}

/** The last message is about the last step, so it is used only without a result. */
function resultText(job: Job): string {
  return resultSummary(job) || job.progress.message;
}
