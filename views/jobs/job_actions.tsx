import type { Job, JobView } from '../../src/jobs/job.ts';
import type { Field } from '../../src/operations/fields.ts';
import type { EffectWords } from '../../src/operations/operation.ts';
import { OPERATION_TYPES, undoWords, wordsOf } from '../../src/operations/words.ts';
import { exactSpan } from '../../src/text/format.ts';
import { startsLater } from '../../src/text/start_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { DELIVER } from '../../src/webhooks/webhook.ts';
import { attributeText } from '../forms/field.tsx';
import { fieldTexts } from '../forms/hidden_fields.tsx';
import { PostForm } from '../forms/post_form.tsx';

interface ActionsProps {
  view: JobView;
  /** Of the type's input. */
  fields: Field[] | undefined;
  now: Date;
  isUndone: boolean;
}

/** The actions for a job as plain forms, with an explanation. */
export function JobActions({ view, fields, now, isUndone }: ActionsProps): JSX.Element {
  const { job } = view;
  return (
    <div class="report-actions" data-changes="remove">
      <Buttons view={view} fields={fields} />
      <PinButton job={job} />
      {!isUndone && <p class="field-help">{advice(view, now) as 'safe'}</p>}
      {!isUndone && <Undo job={job} />}
    </div>
  );
}

function Buttons({ view: { job, place }, fields }: Pick<ActionsProps, 'view' | 'fields'>) {
  switch (job.status) {
    case 'queued':
    case 'retrying':
      return (
        <>
          {place === 1 ? '' : <Action job={job} verb="first" label="Run next" />}
          <Action job={job} verb="cancel" label="Cancel" />
        </>
      );
    case 'running':
      return <Action job={job} verb="cancel" label="Cancel" />;
    case 'cancelling':
      return '';
    case 'completed':
    case 'failed':
    case 'cancelled':
      return (
        <>
          {!job.tracked && (
            <Action
              job={job}
              verb="retry"
              label={job.status === 'completed' ? 'Run again' : 'Retry'}
            />
          )}
          <RunWithChanges job={job} fields={fields} />
          <RemoveAction job={job} />
        </>
      );
  }
}

interface ActionProps {
  job: Job;
  verb: 'cancel' | 'first' | 'retry' | 'pin' | 'unpin';
  label: string;
  title?: string;
}

/** Jobs of a session are kept with it, except those of agents. */
function PinButton({ job }: { job: Job }): JSX.Element {
  const isKept = job.sessionId !== undefined && job.agent === undefined;
  if (isKept && !job.pinned) return '';
  return job.pinned ? (
    <Action job={job} verb="unpin" label="Unpin" title="Keep it only as long as other jobs" />
  ) : (
    <Action job={job} verb="pin" label="Pin" title="Keep it until somebody removes it" />
  );
}

/**
 * The response is a card, which this page does not show: the report refreshes itself when the job
 * changes.
 */
function Action({ job, verb, label, title }: ActionProps): JSX.Element {
  const address = urlTo(`/api/jobs/${encodeURIComponent(job.id)}/${verb}`);
  return (
    <PostForm action={address} swap="none">
      <button type="submit" id={`report-${verb}`} title={title} safe>
        {label}
      </button>
    </PostForm>
  );
}

/** A plain form: the server redirects to the list, since the job's page is gone. */
function RemoveAction({ job }: { job: Job }): JSX.Element {
  return (
    <form method="post" action={urlTo(`/api/jobs/${encodeURIComponent(job.id)}/remove`)}>
      <button type="submit" class="quiet" id="report-remove">
        Remove
      </button>
    </form>
  );
}

/** Folded, because it deletes what was collected. The answer says what was removed. */
function Undo({ job }: { job: Job }): JSX.Element {
  const undo = undoWords(job);
  if (!undo) return '';
  return (
    <details class="report-undo">
      <summary safe>{`${undo.label}…`}</summary>
      <PostForm action={urlTo(undo.path)} target="find .form-result">
        <p safe>{undo.help}</p>
        <button type="submit" safe>
          {undo.label}
        </button>
        <div class="form-result" />
      </PostForm>
    </details>
  );
}

interface ChangesProps extends Pick<ActionsProps, 'fields'> {
  job: Job;
}

function RunWithChanges({ job, fields }: ChangesProps): JSX.Element {
  if (!OPERATION_TYPES.includes(job.type)) return '';
  return (
    <a class="button" id="report-change" href={attributeText(formAddress(job, fields))}>
      Run again with changes
    </a>
  );
}

/** The start page of the job's type, filled in with its input. */
function formAddress(
  { type, metadata = {}, sessionId, priority, timeoutMs }: Job,
  fields: Field[] | undefined,
): string {
  const options = { sessionId, timeoutMs, priority: priority === 0 ? undefined : priority };
  const query = new URLSearchParams(fieldTexts({ ...metadata, ...options }, fields));
  return urlTo(`/${type}?${query}`);
}

const OF_COLLECTED: EffectWords = {
  ifCancelled: 'Cancelling keeps what it has collected so far.',
  ifRemoved: 'Removing the job keeps everything it collected.',
  stopped: 'What it collected is kept.',
};

function advice({ job, pause, lack, place }: JobView, now: Date): string {
  const effects = wordsOf(job.type).effects ?? OF_COLLECTED;
  const isWaiting = job.status === 'queued' || job.status === 'retrying';
  if (isWaiting && (job.type as string) === DELIVER) {
    return 'The event is sent once its webhook is neither paused nor waiting after a failed request; the page Webhooks says so. Cancelling drops the event.';
  }
  if (isWaiting && !OPERATION_TYPES.includes(job.type)) {
    return 'Only a program that defines this type runs the job. Start that program.';
  }
  switch (job.status) {
    case 'queued':
      if (startsLater(job, now)) return 'Run next starts it without waiting for its time.';
      if (pause || lack) return 'You can close this page.';
      return `The job starts ${isNext(job, place) ? 'as soon as there is room for one more of its type' : 'when it reaches the front of the queue'}. You can close this page.`;
    case 'running':
      return `The job continues when you close this page. ${effects.ifCancelled}`;
    case 'retrying':
      return `The job resumes automatically. ${effects.ifCancelled}`;
    case 'cancelling':
      return 'The job stops at the next checkpoint.';
    case 'completed':
      return effects.ifRemoved;
    case 'failed':
    case 'cancelled':
      return `${hasBegun(job) ? `${effects.stopped} ` : ''}${retryAdvice(job)}`;
  }
}

/** It is at the front of the queue. */
function isNext({ movedToFront }: Job, place: number | undefined): boolean {
  return place === 1 || (place === undefined && movedToFront === true);
}

/** Whether it got beyond its start; fetching a model collects nothing. */
function hasBegun({ progress }: Job): boolean {
  return progress.current > 0 && progress.stage !== 'fetching';
}

function retryAdvice({ tracked, failure, timeoutMs }: Job): string {
  if (tracked) return 'The job was run by another program. Run that program again.';
  if (failure === 'permanent') return 'A retry fails again unless the cause is removed.';
  if (failure === 'timeout' && timeoutMs !== undefined) {
    return `A retry resumes where it stopped, with another ${exactSpan(timeoutMs)}.`;
  }
  return 'A retry resumes where it stopped.';
}
