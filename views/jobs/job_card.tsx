import { escapeHtml } from '@kitajs/html';
import type { Job, JobView } from '../../src/jobs/job.ts';
import { cut, MAX_NAME } from '../../src/text/cut.ts';
import { subject } from '../../src/text/format.ts';
import { lackText, pauseText } from '../../src/text/queue_text.ts';
import { startsLater } from '../../src/text/start_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { positionText } from '../../src/text/waiting_text.ts';
import { attributeText } from '../forms/field.tsx';
import { startDistance } from '../time.tsx';
import { JobLive } from './job_live.tsx';
import { JobTimes } from './job_times.tsx';

/**
 * A job's card: in the taskbar, in the response to a click, and in the stream. Its ids derive from
 * the job's, so a document can have only one card of a job. Every event carries many cards, so they
 * have no classes: styles use the structure, and `data-status` draws the icon.
 */
export function JobCard({ view, now }: { view: JobView; now: Date }): JSX.Element {
  const { job } = view;
  return (
    <article id={`job-${job.id}`} class="job-card" data-status={job.status}>
      <Name job={job} type={job.type} />
      <QueuePosition view={view} now={now} />
      <Actions view={view} />
      <JobLive view={view} now={now} />
      <JobTimes job={job} now={now} />
    </article>
  );
}

function Name({ job, type }: { job: Job; type: string }): JSX.Element {
  return (
    <a href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)}>
      {escapeHtml(cut(type, MAX_NAME))} <Subject text={subject(job)} />
      <Starter agent={job.agent} />
    </a>
  );
}

/** The longest subject that fits beside the name of an agent, in UTF-16 code units. */
const MAX_SHOWN = 20;

function Subject({ text }: { text: string }): JSX.Element {
  return (
    <b title={text.length > MAX_SHOWN ? attributeText(text) : undefined} safe>
      {text}
    </b>
  );
}

/** The title has the whole name where the card is too narrow for it. */
function Starter({ agent }: { agent: string | undefined }): JSX.Element {
  if (agent === undefined) return '';
  return (
    <i title={attributeText(`Started by the agent ${agent}`)} safe>
      {agent}
    </i>
  );
}

function QueuePosition({ view, now }: { view: JobView; now: Date }): JSX.Element {
  const { job, place, pause, lack } = view;
  if (pause) return <span safe>{pauseText(pause)}</span>;
  if (startsLater(job, now)) return <span>{startDistance(job.runAt, now)}</span>;
  if (lack) return <span safe>{lackText(lack)}</span>;
  if (job.status !== 'queued') return '';
  return <span safe>{positionText(place) ?? 'waiting'}</span>;
}

function Actions({ view: { job, place } }: { view: JobView }): JSX.Element {
  switch (job.status) {
    case 'queued':
    case 'retrying':
      return (
        <>
          {place === 1 ? '' : <Action job={job} verb="first" word="Run next" />}
          <Action job={job} verb="cancel" word="Cancel" />
        </>
      );
    case 'running':
      return <Action job={job} verb="cancel" word="Cancel" />;
    case 'cancelling':
      return <CancellingButton job={job} />;
    case 'completed':
      return <Dismiss job={job} />;
    case 'failed':
    case 'cancelled':
      return (
        <>
          {!job.tracked && <Action job={job} verb="retry" word="Retry" />}
          <Dismiss job={job} />
        </>
      );
  }
}

interface ActionProps {
  job: Job;
  verb: 'cancel' | 'first' | 'retry' | 'dismiss';
  word: string;
  /** How the response changes the card, if it does not replace it. */
  swap?: string;
}

/**
 * A form, so that it works without JavaScript; in the taskbar, which sets the target, htmx sends it.
 * For screen readers the button names its job: there are many buttons of the same label.
 */
function Action({ job, verb, word, swap }: ActionProps): JSX.Element {
  const action = urlTo(`/api/jobs/${encodeURIComponent(job.id)}/${verb}`);
  return (
    <form method="post" action={action} hx-boost="true" hx-swap={swap}>
      {/* biome-ignore lint/a11y/useButtonType: "submit" is what it is without saying so */}
      <button id={`${verb}-${job.id}`}>
        {word as 'safe'}
        <i safe> {subject(job)}</i>
      </button>
    </form>
  );
}

function Dismiss({ job }: { job: Job }): JSX.Element {
  return <Action job={job} verb="dismiss" word="Dismiss" swap="delete" />;
}

function CancellingButton({ job }: { job: Job }): JSX.Element {
  return (
    <button id={`cancel-${job.id}`} type="button" disabled>
      Cancelling…
    </button>
  );
}
