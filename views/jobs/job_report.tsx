import type { Job } from '../../src/jobs/job.ts';
import { jobName, ordinal } from '../format.ts';
import { LivePart } from '../live_part.tsx';
import { relativeTime } from '../time.tsx';
import type { JobView } from '../view_models.ts';
import { JobActions } from './job_actions.tsx';
import { JobFacts } from './job_facts.tsx';
import { Outcome } from './outcome.tsx';
import { resultSummary } from './result_summary.ts';
import { StatusIcon } from './status_icon.tsx';
import { Took, took } from './took.tsx';

/** One job as a report: how it stands, why, what to do, the details. Its ids are not the taskbar's. */
export function JobReport({ view, now }: { view: JobView; now: Date }): JSX.Element {
  const { job } = view;
  const busy = job.completedAt === undefined;
  return (
    <LivePart
      id="job-report"
      href={`/jobs/${encodeURIComponent(job.id)}`}
      busy={busy}
      class="job-report"
    >
      <h1 class="report-headline" data-status={job.status}>
        <StatusIcon status={job.status} /> <span safe>{headline(view)}</span>
      </h1>
      <Why job={job} now={now} />
      <JobActions job={job} />
      <div class="report-columns">
        <section>
          <h2>What was asked</h2>
          <JobFacts facts={job.metadata} />
          <Result result={job.result} />
        </section>
        <section>
          <h2>Details</h2>
          <Details job={job} now={now} />
        </section>
      </div>
      <FailedAttempts job={job} />
    </LivePart>
  );
}

/** "Completed: 1,000 posts of @aurora_lab in 0:08". */
export function headline({ job, place }: JobView): string {
  const what = jobName(job);
  switch (job.status) {
    case 'queued':
      return `Waiting: ${what}${place === undefined ? '' : `, ${ordinal(place)} in line`}`;
    case 'running':
      return `Running: ${what}`;
    case 'retrying':
      return `Waiting to try again: ${what}`;
    case 'cancelling':
      return `Cancelling: ${what}`;
    case 'completed':
      return `Completed: ${resultSummary(job) || what} in ${took(job)}`;
    case 'failed':
      return `Failed: ${what}${afterSome(job)}`;
    case 'cancelled':
      return `Cancelled: ${what}${afterSome(job)}`;
  }
}

function afterSome(job: Job): string {
  return job.startedAt === undefined ? ' before it started' : ` after ${took(job)}`;
}

function Result({ result }: { result: unknown }): JSX.Element {
  if (result === undefined || result === null) return '';
  return (
    <>
      <h2>Result</h2>
      <JobFacts facts={result} />
    </>
  );
}

function Why({ job, now }: { job: Job; now: Date }): JSX.Element {
  if (job.status === 'completed') return '';
  return (
    <div class="report-why">
      <Outcome job={job} />
      {job.status === 'retrying' && job.retryAt !== undefined ? (
        <p>Next attempt {relativeTime(job.retryAt, now)}.</p>
      ) : (
        ''
      )}
    </div>
  );
}

function Details({ job, now }: { job: Job; now: Date }): JSX.Element {
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd class="mono" safe>
        {job.id}
      </dd>
      <dt>Status</dt>
      <dd>{job.status}</dd>
      <Moment label="Created" date={job.createdAt} now={now} />
      <Moment label="Started" date={job.startedAt} now={now} />
      <Moment label="Ended" date={job.completedAt} now={now} />
      <dt>{job.completedAt ? 'Took' : 'Took so far'}</dt>
      <dd>
        <Took job={job} now={now} />
      </dd>
      <dt>Attempts</dt>
      <dd safe>{`${job.attempt} of ${job.maxAttempts}`}</dd>
      <Relations job={job} />
    </dl>
  );
}

function Moment({ label, date, now }: { label: string; date: Date | undefined; now: Date }) {
  if (date === undefined) return '';
  return (
    <>
      <dt safe>{label}</dt>
      <dd>{relativeTime(date, now)}</dd>
    </>
  );
}

function Relations({ job: { sessionId, parentId } }: { job: Job }): JSX.Element {
  return (
    <>
      <Relation label="Session" text={sessionId} base="/sessions/" />
      <Relation label="Started by" text={parentId} base="/jobs/" />
    </>
  );
}

function Relation({ label, text, base }: { label: string; text?: string; base: string }) {
  if (text === undefined) return '';
  return (
    <>
      <dt safe>{label}</dt>
      <dd>
        <a href={`${base}${encodeURIComponent(text)}`} class="mono" safe>
          {text}
        </a>
      </dd>
    </>
  );
}

function FailedAttempts({ job }: { job: Job }): JSX.Element {
  if (job.errors.length === 0) return '';
  return (
    <section class="failed-attempts">
      <h2>Failed attempts</h2>
      <ol>
        {job.errors.map((error) => (
          <li safe>{error}</li>
        ))}
      </ol>
    </section>
  );
}
