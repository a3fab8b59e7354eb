import type { Job } from '../../src/jobs/job.ts';
import { jobName } from '../../src/text/format.ts';
import { startsLater } from '../../src/text/start_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { zonedTime } from '../time.tsx';

interface Props {
  job: Job;
  now?: Date;
}

/** The answer to a form that started or planned a job, shown under the form. */
export function StartedNote({ job, now = new Date() }: Props): JSX.Element {
  return (
    <p class="result started" role="status">
      {startsLater(job, now) ? <>Planned for {zonedTime(job.runAt, 'UTC')}:</> : 'Started:'}{' '}
      <a href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)} safe>
        {jobName(job)}
      </a>
    </p>
  );
}
