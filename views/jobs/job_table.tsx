import type { Job } from '../../src/jobs/job.ts';
import { cut, MAX_NAME } from '../../src/text/cut.ts';
import { jobName, subject } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { TableHead } from '../table_head.tsx';
import { JobDuration, JobStart } from './job_times.tsx';
import { Outcome } from './outcome.tsx';
import { StatusLabel } from './status_icon.tsx';

interface JobTableProps {
  jobs: Job[];
  now: Date;
  /** Each row has a checkbox, for a form around the table. */
  choosable?: boolean;
  /** The session whose page this is; its rows do not name it. */
  session?: string;
}

/** A table; the CSS shows each row as a card on a phone. */
export function JobTable({ jobs, now, choosable, session }: JobTableProps): JSX.Element {
  return (
    <table class="stacked job-table">
      <TableHead
        columns={['Status', 'Type', 'Subject', 'Progress or result', 'Started', 'Duration']}
        numbers={['Started', 'Duration']}
      />
      <tbody>
        {jobs.map((job) => (
          <JobRow job={job} now={now} choosable={choosable} session={session} />
        ))}
      </tbody>
    </table>
  );
}

interface JobRowProps extends Omit<JobTableProps, 'jobs'> {
  job: Job;
}

function JobRow({ job, now, choosable, session }: JobRowProps): JSX.Element {
  return (
    <tr id={`row-${job.id}`} data-status={job.status}>
      <td class="cell-status">
        {choosable ? <ChooseBox job={job} /> : ''}
        <StatusLabel status={job.status} />
      </td>
      <td class="cell-type" safe>
        {cut(job.type, MAX_NAME)}
      </td>
      <th scope="row" class="cell-subject">
        <a href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)} safe>
          {subject(job) || job.id}
        </a>
        {job.sessionId === undefined || job.sessionId === session ? (
          ''
        ) : (
          <SessionLink id={job.sessionId} />
        )}
      </th>
      <td class="cell-outcome">
        <Outcome job={job} />
      </td>
      <td class="number cell-started">
        <JobStart job={job} now={now} />
      </td>
      <td class="number cell-took">
        <JobDuration job={job} now={now} />
      </td>
    </tr>
  );
}

function ChooseBox({ job }: { job: Job }): JSX.Element {
  return (
    <input
      type="checkbox"
      name="ids"
      data-changes="remove"
      id={`choose-${job.id}`}
      value={job.id}
      aria-label={attributeText(`Select ${jobName(job)}, ${job.status}`)}
      autocomplete="off"
    />
  );
}

/** A link to the jobs of a session. */
export function SessionLink({ id }: { id: string }): JSX.Element {
  return (
    <a class="session-link" href={attributeText(urlTo(`/sessions/${encodeURIComponent(id)}`))} safe>
      {id}
    </a>
  );
}
