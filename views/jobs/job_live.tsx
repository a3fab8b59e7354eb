import type { Job } from '../../src/jobs/job.ts';
import { resultSummary } from '../../src/operations/words.ts';
import { cutTelling } from '../../src/text/cut.ts';
import { estimate, progressCount, rate, timeLeft } from '../../src/text/format.ts';
import { elapsedTime } from '../time.tsx';
import type { JobView } from '../view_models.ts';

interface JobLiveProps {
  view: JobView;
  now: Date;
  /** For a `job` event: it finds its own place in the document. */
  oob?: boolean;
}

/**
 * The part of a card that changes with every frame, so it is sent far more often than anything
 * else: no classes, and nothing that the card around it can say. Out of band it is morphed rather
 * than replaced, so that the bar glides from its last value and selected text stays selected; its
 * own attributes are replaced by those sent, so it has none but its id.
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
      return <AtWork view={view} now={now} />;
    case 'retrying':
      return <Message text={job.errorMessage ?? job.errors.at(-1) ?? ''} />;
    case 'completed':
      return <Message text={whatItBrought(job)} />;
    case 'failed':
      return <Message text={job.errorMessage ?? ''} />;
    case 'cancelled':
      return <Message text={whatWasDone(job)} />;
  }
}

function AtWork({ view, now }: { view: JobView; now: Date }): JSX.Element {
  const { job, stalledSince } = view;
  return (
    <>
      <p safe>{cutTelling(job.progress.message)}</p>
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

/** "38/s · about 19 s left", as far as it can be told; else empty. */
export function pace(view: JobView): string {
  const { perSecond, job } = view;
  if (!perSecond || job.status !== 'running') return '';
  const left = timeLeft(view);
  // What is being fetched counts bytes, and bytes a second help nobody.
  const speed = job.progress.stage === 'fetching' ? [] : [rate(perSecond)];
  return [...speed, ...(left === undefined ? [] : [`about ${estimate(left)} left`])].join(' · ');
}

function Message({ text }: { text: string }): JSX.Element {
  return text === '' ? '' : <p safe>{cutTelling(text)}</p>;
}

/** The last message tells of the last step, so it only serves where there is no result. */
function whatItBrought(job: Job): string {
  return resultSummary(job) || job.progress.message;
}

function whatWasDone(job: Job): string {
  if (job.errorMessage) return job.errorMessage;
  const done = progressCount(job.progress);
  return done === '' ? '' : `Stopped at ${done}`;
}
