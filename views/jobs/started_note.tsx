import { escapeHtml } from '@kitajs/html';
import type { Job, Pause } from '../../src/jobs/job.ts';
import { jobName } from '../../src/text/format.ts';
import { pauseText } from '../../src/text/queue_text.ts';
import { startsLater } from '../../src/text/start_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { zonedTime } from '../time.tsx';

interface Props {
  job: Job;
  /** Why it does not start now. */
  pause?: Pause | undefined;
  now?: Date;
}

/** The answer to a form that started, queued or planned a job, shown under the form. */
export function StartedNote({ job, pause, now = new Date() }: Props): JSX.Element {
  return (
    <p class="result started" role="status">
      <Beginning job={job} pause={pause} now={now} />{' '}
      <a href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)} safe>
        {jobName(job)}
      </a>
    </p>
  );
}

function Beginning({ job, pause, now }: Props & { now: Date }): JSX.Element {
  if (startsLater(job, now)) return <>Planned for {zonedTime(job.runAt, 'UTC', now)}:</>;
  return pause ? <>Waits, because {escapeHtml(pauseText(pause))}:</> : <>Started:</>;
}
