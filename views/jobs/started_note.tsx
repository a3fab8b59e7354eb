import type { Job } from '../../src/jobs/job.ts';
import { jobName } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';

/** The answer to a form that started a job, shown under the form. */
export function StartedNote({ job }: { job: Job }): JSX.Element {
  return (
    <p class="result started" role="status">
      Started:{' '}
      <a href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)} safe>
        {jobName(job)}
      </a>
    </p>
  );
}
