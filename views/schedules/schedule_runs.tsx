import type { JobStatus } from '../../src/jobs/lifecycle.ts';
import { resultSummary } from '../../src/operations/words.ts';
import type { Schedule, ScheduleRun } from '../../src/schedules/schedule.ts';
import { cutWithLength } from '../../src/text/cut.ts';
import { runNotes } from '../../src/text/schedule_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { StatusIcon } from '../jobs/status_icon.tsx';
import { relativeTime, zonedTime } from '../time.tsx';

interface RunsProps {
  schedule: Schedule;
  /** Newest first. */
  runs: ScheduleRun[];
  now: Date;
}

/** What became of the last due times, with links to the jobs. */
export function ScheduleRuns({ schedule, runs, now }: RunsProps): JSX.Element {
  if (runs.length < 2) return '';
  return (
    <details class="schedule-runs">
      <summary safe>{`Last ${runs.length} runs`}</summary>
      <ol>
        {runs.map((run) => (
          <li>
            <RunOfSchedule run={run} schedule={schedule} now={now} />
          </li>
        ))}
      </ol>
    </details>
  );
}

interface RunProps {
  schedule: Schedule;
  run: ScheduleRun;
  now: Date;
}

/** A run: its job with its outcome, and what there is to say of it. */
export function RunOfSchedule({ run, schedule, now }: RunProps): JSX.Element {
  const notes = runNotes(run, schedule.timeZone, now);
  return (
    <span class="schedule-run">
      <StatusIcon status={statusOf(run)} /> {relativeTime(run.at, now)}{' '}
      <span class="muted">({zonedTime(run.at, schedule.timeZone, now)})</span>{' '}
      <RunJob run={run} type={schedule.type} />
      {notes.length > 0 && (
        <span class="schedule-note" safe>
          {notes.join(' ')}
        </span>
      )}
    </span>
  );
}

/** A run without a job of its own has the icon of what became of it. */
function statusOf({ outcome, job }: ScheduleRun): JobStatus {
  if (outcome === 'refused') return 'failed';
  if (outcome === 'skipped') return 'cancelled';
  return job?.status ?? 'completed';
}

function RunJob({ run: { job, outcome }, type }: { run: ScheduleRun; type: string }): JSX.Element {
  if (!job) return '';
  const words = outcome === 'started' ? outcomeOf(job, type) : '';
  return (
    <>
      {job.isDeleted ? (
        <span class="muted" title="The job itself is not kept any more.">
          job
        </span>
      ) : (
        <a href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)}>job</a>
      )}{' '}
      <span safe>{words}</span>
    </>
  );
}

function outcomeOf(job: NonNullable<ScheduleRun['job']>, type: string): string {
  const { status = '', result, errorMessage } = job;
  const words = resultSummary({ type: type as never, result }) || errorMessage;
  return cutWithLength(words ? `${status}: ${words}` : status);
}
