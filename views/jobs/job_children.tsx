import type { Job } from '../../src/jobs/job.ts';
import type { JobStatus } from '../../src/jobs/lifecycle.ts';
import { count } from '../../src/text/format.ts';
import type { WaitOf } from '../view_models.ts';
import { JobTable } from './job_table.tsx';

/** How many children are listed. */
const MAX_ROWS = 200;

/** Failures first, completed jobs last. */
const ORDER: JobStatus[] = [
  'failed',
  'running',
  'cancelling',
  'retrying',
  'queued',
  'cancelled',
  'completed',
];

interface JobChildrenProps {
  jobs: Job[];
  waitOf?: WaitOf | undefined;
  /** The session of the parent job. */
  session: string | undefined;
  now: Date;
}

/** The child jobs of a job, failures first. */
export function JobChildren({ jobs, waitOf, session, now }: JobChildrenProps): JSX.Element {
  if (jobs.length === 0) return '';
  const ordered = jobs.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return (
    <section class="report-children">
      <h2>Jobs it started</h2>
      <p class="field-help" safe>
        {summary(jobs)}
      </p>
      <JobTable jobs={ordered.slice(0, MAX_ROWS)} waitOf={waitOf} session={session} now={now} />
      {jobs.length > MAX_ROWS && (
        <p class="field-help" safe>{`and ${count(jobs.length - MAX_ROWS)} more`}</p>
      )}
    </section>
  );
}

/** "1 failed · 2 running · 17 completed". */
function summary(jobs: Job[]): string {
  const sizes = Map.groupBy(jobs, ({ status }) => status);
  return ORDER.flatMap((status) => {
    const size = sizes.get(status)?.length ?? 0;
    return size > 0 ? `${count(size)} ${status}` : [];
  }).join(' · ');
}
