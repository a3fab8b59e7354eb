import type { Job } from '../../src/jobs/job.ts';
import { subject } from '../format.ts';
import { relativeTime } from '../time.tsx';
import { Outcome } from './outcome.tsx';
import { StatusLabel } from './status_icon.tsx';
import { Took } from './took.tsx';

/** A table on a desk; the CSS makes each row a card on a phone. */
export function JobTable({ jobs, now }: { jobs: Job[]; now: Date }): JSX.Element {
  return (
    <table class="job-table">
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Type</th>
          <th scope="col">Asked</th>
          <th scope="col">Progress or result</th>
          <th scope="col" class="number">
            Started
          </th>
          <th scope="col" class="number">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobRow job={job} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function JobRow({ job, now }: { job: Job; now: Date }): JSX.Element {
  return (
    <tr id={`row-${job.id}`} data-status={job.status}>
      <td class="cell-status">
        <StatusLabel status={job.status} />
      </td>
      <td class="cell-type" safe>
        {job.type as string}
      </td>
      <th scope="row" class="cell-subject">
        <a href={`/jobs/${encodeURIComponent(job.id)}`} safe>
          {subject(job) || job.id}
        </a>
      </th>
      <td class="cell-outcome">
        <Outcome job={job} />
      </td>
      <td class="number cell-started">{relativeTime(job.startedAt ?? job.createdAt, now)}</td>
      <td class="number cell-took">
        <Took job={job} now={now} />
      </td>
    </tr>
  );
}
