import type { Job, Wait } from '../../src/jobs/job.ts';
import type { Field } from '../../src/operations/fields.ts';
import { urlTo } from '../../src/text/urls.ts';
import { fitsForm, HiddenFields } from '../forms/hidden_fields.tsx';
import { PostForm } from '../forms/post_form.tsx';
import type { WaitOf } from '../view_models.ts';
import { JobStart } from './job_times.tsx';
import { listedName } from './listed_name.ts';
import { Outcome } from './outcome.tsx';
import { StatusIcon } from './status_icon.tsx';

interface RunListProps {
  runs: Job[];
  /** Why a run waits. */
  waitOf?: WaitOf | undefined;
  /** Of the type's input. */
  fields: Field[];
  now: Date;
}

interface RunProps extends Omit<RunListProps, 'runs' | 'waitOf'> {
  job: Job;
  wait: Wait | undefined;
}

/** The last runs of a type, each with its outcome and a button to run it again. */
export function RunList({ runs, waitOf, fields, now }: RunListProps): JSX.Element {
  if (runs.length === 0) return <p class="empty-note">None yet.</p>;
  return (
    <ol class="runs">
      {runs.map((job) => (
        <Run job={job} wait={waitOf?.(job)} fields={fields} now={now} />
      ))}
    </ol>
  );
}

function Run({ job, wait, fields, now }: RunProps): JSX.Element {
  return (
    <li id={`run-${job.id}`} class="run" data-status={job.status}>
      <StatusIcon status={job.status} />
      <span class="run-what">
        <a href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)} safe>
          {listedName(job)}
        </a>
        <span class="muted">
          <JobStart job={job} now={now} />
        </span>
      </span>
      <Outcome job={job} wait={wait} now={now} />
      <RunAgain job={job} fields={fields} />
    </li>
  );
}

/** The response is shown below the list, which it must not move. Nothing for an input that a form cannot hold. */
function RunAgain({ job, fields }: Omit<RunProps, 'now' | 'wait'>): JSX.Element {
  if (!fitsForm(job.metadata ?? {}, fields)) return '';
  return (
    <PostForm action={urlTo(`/api/${job.type}`)} target="#run-again-result">
      <HiddenFields input={job.metadata ?? {}} fields={fields} />
      <button type="submit" class="quiet">
        Run again
      </button>
    </PostForm>
  );
}
