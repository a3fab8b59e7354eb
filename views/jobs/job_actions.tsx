import type { Job } from '../../src/jobs/job.ts';
import { OPERATION_TYPES } from '../../src/operations/words.ts';
import { attributeText } from '../forms/field.tsx';
import { fieldText } from '../forms/hidden_fields.tsx';

/** What can be done about a job as it stands, in plain forms, and what each would mean. */
export function JobActions({ job }: { job: Job }): JSX.Element {
  return (
    <div class="report-actions">
      <Buttons job={job} />
      <p class="field-help">{advice(job) as 'safe'}</p>
    </div>
  );
}

function Buttons({ job }: { job: Job }): JSX.Element {
  switch (job.status) {
    case 'queued':
    case 'running':
    case 'retrying':
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
          <RunWithChanges job={job} />
          <RemoveAction job={job} />
        </>
      );
  }
}

/**
 * The answer is a card, which this page has no place for: the report reads itself again as soon
 * as the job changes.
 */
function Action({ job, verb, label }: { job: Job; verb: 'cancel' | 'retry'; label: string }) {
  const address = `/api/jobs/${encodeURIComponent(job.id)}/${verb}`;
  return (
    <form
      method="post"
      action={address}
      hx-post={address}
      hx-swap="none"
      hx-disabled-elt="find button"
    >
      <button type="submit" id={`report-${verb}`} safe>
        {label}
      </button>
    </form>
  );
}

/** A plain form: the server leads on to the list, as this page is gone then. */
function RemoveAction({ job }: { job: Job }): JSX.Element {
  return (
    <form method="post" action={`/api/jobs/${encodeURIComponent(job.id)}/remove`}>
      <button type="submit" class="quiet" id="report-remove">
        Remove
      </button>
    </form>
  );
}

function RunWithChanges({ job }: { job: Job }): JSX.Element {
  if (!OPERATION_TYPES.includes(job.type)) return '';
  return (
    <a class="button" id="report-change" href={attributeText(formAddress(job))}>
      Run again with changes
    </a>
  );
}

/** The form of its type, filled in as it was for this job. */
function formAddress({ type, metadata = {}, sessionId }: Job): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...metadata, sessionId })) {
    const text = fieldText(value);
    if (text !== undefined) query.set(name, text);
  }
  return `/${type}?${query}`;
}

function advice(job: Job): string {
  switch (job.status) {
    case 'queued':
      return 'It starts as soon as it is its turn. You may close this page.';
    case 'running':
      return 'It goes on when this page is closed. Cancel keeps what it has collected so far.';
    case 'retrying':
      return 'It goes on by itself where it stopped. Cancel keeps what it has collected so far.';
    case 'cancelling':
      return 'It stops at the next checkpoint.';
    case 'completed':
      return 'Removing the job from the list keeps everything it collected.';
    case 'failed':
    case 'cancelled':
      return `What it collected is kept. ${howToGoOn(job)}`;
  }
}

function howToGoOn({ tracked, failure }: Job): string {
  if (tracked) return 'It ran outside the server: start it again from where it was started.';
  if (failure === 'permanent') return 'A retry would fail the same way unless its cause is gone.';
  return 'A retry resumes where it stopped.';
}
