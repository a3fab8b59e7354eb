import type { Job, Wait } from '../../src/jobs/job.ts';
import { cut, MAX_NAME } from '../../src/text/cut.ts';
import { jobName } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { TableHead } from '../table_head.tsx';
import type { WaitOf } from '../view_models.ts';
import { JobDuration, JobStart } from './job_times.tsx';
import { listedName } from './listed_name.ts';
import { Outcome } from './outcome.tsx';
import { StatusLabel } from './status_icon.tsx';

interface JobTableProps {
  jobs: Job[];
  /** Why a job waits. */
  waitOf?: WaitOf | undefined;
  now: Date;
  /** Each row has a checkbox, for a form around the table. */
  choosable?: boolean;
  /** The session whose page this is; its rows do not name it. */
  session?: string;
}

/** A table; the CSS shows each row as a card on a phone. */
export function JobTable({ jobs, waitOf, now, choosable, session }: JobTableProps): JSX.Element {
  return (
    <table class="stacked job-table">
      <TableHead
        columns={['Status', 'Type', 'Subject', 'Progress or result', 'Started', 'Duration']}
        numbers={['Started', 'Duration']}
      />
      <tbody>
        {jobs.map((job) => (
          <JobRow
            job={job}
            wait={waitOf?.(job)}
            now={now}
            choosable={choosable}
            session={session}
          />
        ))}
      </tbody>
    </table>
  );
}

interface JobRowProps extends Omit<JobTableProps, 'jobs' | 'waitOf'> {
  job: Job;
  wait: Wait | undefined;
}

function JobRow({ job, wait, now, choosable, session }: JobRowProps): JSX.Element {
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
        <Subject job={job} />
        <Origin job={job} session={session} />
      </th>
      <td class="cell-outcome">
        <Outcome job={job} wait={wait} now={now} />
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

function Subject({ job }: { job: Job }): JSX.Element {
  const text = listedName(job);
  return (
    <a href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)} title={whole(text)} safe>
      {text}
    </a>
  );
}

/** The session, unless the page is about it, whether it is pinned, and the agent, unless the name of the session begins with it. */
function Origin({ job, session }: Pick<JobRowProps, 'job' | 'session'>): JSX.Element {
  const { sessionId, agent, pinned } = job;
  const named = sessionId === session ? undefined : sessionId;
  return (
    <>
      {named === undefined ? '' : <SessionLink id={named} />}
      {pinned ? <small>Pinned</small> : ''}
      {agent === undefined || named?.startsWith(agent) ? '' : <Starter agent={agent} />}
    </>
  );
}

function Starter({ agent }: { agent: string }): JSX.Element {
  return (
    <small title={whole(agent)}>
      Started by <bdi safe>{agent}</bdi>
    </small>
  );
}

/** A column has room for about as many characters. */
const MAX_SHOWN = 20;

/** The title of a text that may be cut off by its column. */
function whole(text: string): string | undefined {
  return text.length > MAX_SHOWN ? attributeText(text) : undefined;
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
    <a
      class="session-link"
      href={attributeText(urlTo(`/sessions/${encodeURIComponent(id)}`))}
      title={whole(id)}
      safe
    >
      {id}
    </a>
  );
}
