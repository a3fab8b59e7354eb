import type { Job } from '../../src/jobs/job.ts';
import { isWaiting } from '../../src/jobs/lifecycle.ts';
import { resultSummary } from '../../src/operations/words.ts';
import { attemptWords } from '../../src/text/attempts.ts';
import { FAILURE_WORDS } from '../../src/text/failure_words.ts';
import { duration, jobName, ordinal, progressCount, took } from '../../src/text/format.ts';
import { LivePart } from '../live_part.tsx';
import { relativeTime } from '../time.tsx';
import type { JobPageModel, JobView } from '../view_models.ts';
import { JobActions } from './job_actions.tsx';
import { JobAttempts } from './job_attempts.tsx';
import { JobChildren } from './job_children.tsx';
import { JobFacts } from './job_facts.tsx';
import { JobProgress } from './job_progress.tsx';
import { JobResult } from './job_result.tsx';
import { JobSteps } from './job_steps.tsx';
import { StatusIcon } from './status_icon.tsx';
import { Took } from './took.tsx';
import { WholeText } from './whole_text.tsx';

/** A report that reads itself again may hold so much of what was asked, in UTF-16 code units. */
const MAX_REFRESHED = 50_000;

/** One job as a report: how it stands, why, what to do, the details. Its ids are not the taskbar's. */
export function JobReport({ model, now }: { model: JobPageModel; now: Date }): JSX.Element {
  const { view, steps, children, attempts } = model;
  const { job } = view;
  const busy = job.completedAt === undefined && !isHeavy(job);
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
      <JobProgress view={view} now={now} />
      <JobActions job={job} />
      <JobSteps steps={steps} now={now} />
      <JobChildren jobs={children} session={job.sessionId} now={now} />
      <div class="report-columns">
        <div class="report-facts">
          <JobResult job={job} />
          <section>
            <h2>What was asked</h2>
            <JobFacts facts={job.metadata} type={job.type} />
          </section>
        </div>
        <section>
          <h2>Details</h2>
          <Details job={job} attempts={attempts} now={now} />
        </section>
      </div>
      <JobAttempts attempts={attempts} now={now} />
    </LivePart>
  );
}

/** What was asked is shown whole, and too long to be sent every second: changes of status bring it. */
function isHeavy({ metadata }: Job): boolean {
  return JSON.stringify(metadata ?? {}).length > MAX_REFRESHED;
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
      return `Completed: ${resultSummary(job) || what}${withTime('in', job)}`;
    case 'failed':
      return `Failed: ${what}${afterSome(job)}`;
    case 'cancelled':
      return `Cancelled: ${what}${afterSome(job)}`;
  }
}

function afterSome(job: Job): string {
  return job.startedAt === undefined ? ' before it started' : withTime('after', job);
}

/** A clock at 0:00 says nothing in a sentence. */
function withTime(preposition: string, job: Job): string {
  const time = took(job);
  return time === duration(0) ? '' : ` ${preposition} ${time}`;
}

function Why({ job, now }: { job: Job; now: Date }): JSX.Element {
  const reason = why(job);
  if (reason === '') return '';
  return (
    <div class="report-why" data-status={job.status}>
      <div class="report-reason">
        <WholeText text={reason} />
      </div>
      {job.status === 'retrying' && job.retryAt !== undefined ? (
        <p>Next attempt {relativeTime(job.retryAt, now)}.</p>
      ) : (
        ''
      )}
    </div>
  );
}

function why(job: Job): string {
  const { status, errorMessage, progress } = job;
  switch (status) {
    case 'queued':
      return progress.message;
    case 'running':
    case 'cancelling':
    case 'completed':
      return '';
    case 'retrying':
    case 'failed':
      return errorMessage ?? '';
    case 'cancelled':
      return errorMessage ?? stoppedAt(job);
  }
}

function stoppedAt({ progress }: Job): string {
  const done = progressCount(progress);
  return done === '' ? '' : `Stopped at ${done}.`;
}

interface DetailsProps {
  job: Job;
  attempts: JobPageModel['attempts'];
  now: Date;
}

function Details({ job, attempts, now }: DetailsProps): JSX.Element {
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd class="mono" safe>
        {job.id}
      </dd>
      <dt>Status</dt>
      <dd safe>{statusWords(job)}</dd>
      <Moment label="Created" date={job.createdAt} now={now} />
      <Moment label="Started" date={job.startedAt} now={now} />
      <Moment label="Ended" date={job.completedAt} now={now} />
      <Duration job={job} now={now} />
      <dt>Attempts</dt>
      <dd safe>{attemptWords(job, attempts)}</dd>
      <Relations job={job} />
    </dl>
  );
}

function statusWords({ status, failure }: Job): string {
  return failure === undefined ? status : `${status} · ${FAILURE_WORDS[failure]}`;
}

function Duration({ job, now }: { job: Job; now: Date }): JSX.Element {
  if (isWaiting(job.status)) return '';
  return (
    <>
      <dt>{job.completedAt ? 'Took' : 'Took so far'}</dt>
      <dd>
        <Took job={job} now={now} />
      </dd>
    </>
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
