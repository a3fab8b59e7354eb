import type { Job } from '../../src/jobs/job.ts';
import type { JobStatus } from '../../src/jobs/lifecycle.ts';
import { count } from '../../src/text/format.ts';
import { JobTable } from './job_table.tsx';

/** More than anybody reads. */
const MAX_ROWS = 200;

/** What needs a person first, what is over last. */
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
  /** That of the job that started them. */
  session: string | undefined;
  now: Date;
}

/** The jobs that a job started, those that failed first. */
export function JobChildren({ jobs, session, now }: JobChildrenProps): JSX.Element {
  if (jobs.length === 0) return '';
  const ordered = jobs.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return (
    <section class="report-children">
      <h2>Jobs it started</h2>
      <p class="field-help" safe>
        {summary(jobs)}
      </p>
      <JobTable jobs={ordered.slice(0, MAX_ROWS)} session={session} now={now} />
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
