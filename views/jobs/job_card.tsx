import type { Job } from '../../src/jobs/job.ts';
import { ordinal, subject } from '../format.ts';
import { TypeIcon } from '../icons.tsx';
import type { JobView } from '../view_models.ts';
import { JobLive } from './job_live.tsx';
import { StatusIcon } from './status_icon.tsx';

/**
 * A job, wherever one is shown to be watched: in the taskbar, in the answer to a click, in a frame
 * of the stream. Its ids come from the job's, so a document has room for one card of a job.
 */
export function JobCard({ view, now }: { view: JobView; now: Date }): JSX.Element {
  const { job } = view;
  return (
    <article id={`job-${job.id}`} class="job-card" data-status={job.status} data-type={job.type}>
      <div class="job-head">
        <StatusIcon status={job.status} />
        <Name job={job} type={job.type} />
        <Place view={view} />
        <div class="job-actions">
          <Actions job={job} />
        </div>
      </div>
      <JobLive view={view} now={now} />
    </article>
  );
}

function Name({ job, type }: { job: Job; type: string }): JSX.Element {
  return (
    <a class="job-name" id={`name-${job.id}`} href={`/jobs/${encodeURIComponent(job.id)}`}>
      <TypeIcon type={type} />
      <span class="job-type" safe>
        {type}
      </span>{' '}
      <span class="job-subject" safe>
        {subject(job)}
      </span>
    </a>
  );
}

function Place({ view: { job, place } }: { view: JobView }): JSX.Element {
  if (job.status !== 'queued') return '';
  return (
    <span class="job-place" safe>
      {placeInLine(place)}
    </span>
  );
}

function placeInLine(place: number | undefined): string {
  if (place === undefined) return 'waiting';
  return place === 1 ? 'next in line' : `${ordinal(place)} in line`;
}

function Actions({ job }: { job: Job }): JSX.Element {
  switch (job.status) {
    case 'queued':
    case 'running':
    case 'retrying':
      return <Action job={job} verb="cancel" word="Cancel" busy="Cancelling…" />;
    case 'cancelling':
      return <CancelAsked job={job} />;
    case 'completed':
      return <Dismiss job={job} />;
    case 'failed':
    case 'cancelled':
      return (
        <>
          {!job.tracked && <Action job={job} verb="retry" word="Retry" busy="Retrying…" />}
          <Dismiss job={job} />
        </>
      );
  }
}

interface ActionProps {
  job: Job;
  verb: 'cancel' | 'retry' | 'dismiss';
  word: string;
  /** What the button says from the press to the answer. */
  busy: string;
  /** What becomes of the card when the server agrees. */
  swap?: string;
}

/** A form, so that it works without JavaScript; the browser's script keeps errors out of the card. */
function Action({ job, verb, word, busy, swap = 'morph:outerHTML' }: ActionProps): JSX.Element {
  const address = `/api/jobs/${encodeURIComponent(job.id)}/${verb}`;
  return (
    <form
      class="job-action"
      method="post"
      action={address}
      hx-post={address}
      hx-target="closest .job-card"
      hx-swap={swap}
    >
      <button
        id={`${verb}-${job.id}`}
        type="submit"
        class="quiet"
        aria-describedby={`name-${job.id}`}
        data-busy={busy}
        safe
      >
        {word}
      </button>
    </form>
  );
}

function Dismiss({ job }: { job: Job }): JSX.Element {
  return <Action job={job} verb="dismiss" word="Dismiss" busy="Dismissing…" swap="delete" />;
}

function CancelAsked({ job }: { job: Job }): JSX.Element {
  return (
    <button
      id={`cancel-${job.id}`}
      type="button"
      class="quiet"
      aria-describedby={`name-${job.id}`}
      disabled
    >
      Cancelling…
    </button>
  );
}
