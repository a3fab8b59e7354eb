import type { Job, JobView, Pause } from '../../src/jobs/job.ts';
import { isWaiting } from '../../src/jobs/lifecycle.ts';
import { resultNotes, resultSummary } from '../../src/operations/words.ts';
import { attemptWords, FAILURE_WORDS } from '../../src/text/attempts.ts';
import { actorLine } from '../../src/text/audit_text.ts';
import { duration, jobDuration, jobName, ordinal, stoppedAt } from '../../src/text/format.ts';
import { lackText, pauseText } from '../../src/text/queue_text.ts';
import { limitText, priorityText, startsInPast, startsLater } from '../../src/text/start_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { Fact } from '../facts.tsx';
import { LivePart } from '../live_part.tsx';
import { relativeTime, startTime, withLocalTime } from '../time.tsx';
import type { JobPageModel } from '../view_models.ts';
import { JobActions } from './job_actions.tsx';
import { JobAttempts } from './job_attempts.tsx';
import { JobChildren } from './job_children.tsx';
import { JobFacts } from './job_facts.tsx';
import { JobProgress } from './job_progress.tsx';
import { JobResult } from './job_result.tsx';
import { JobSteps } from './job_steps.tsx';
import { JobDuration } from './job_times.tsx';
import { OtherSources } from './other_sources.tsx';
import { StatusIcon } from './status_icon.tsx';
import { WholeText } from './whole_text.tsx';

/** The largest input in a report that refreshes every second, in UTF-16 code units. */
const MAX_REFRESHED = 50_000;

/** A reason that needs no folding, in UTF-16 code units. */
const SHORT = 300;

const NOTHING_LEFT =
  'None of the posts that it has imported is in the library any more. Run again imports them once more.';

/** A report of one job: status, reason, actions and details. Its ids differ from the taskbar's. */
export function JobReport({ model, now }: { model: JobPageModel; now: Date }): JSX.Element {
  const { view, steps, children, attempts, isUndone = false } = model;
  const { job } = view;
  const busy = job.completedAt === undefined && !isHeavy(job);
  return (
    <LivePart
      id="job-report"
      href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)}
      busy={busy}
      class="job-report"
    >
      <h1 class="report-headline" data-status={job.status}>
        <StatusIcon status={isUndone ? 'cancelled' : job.status} />{' '}
        <span safe>{isUndone ? `Undone: ${resultSummary(job)}` : headline(view, now)}</span>
      </h1>
      {isUndone && <p class="report-why">{NOTHING_LEFT}</p>}
      <Paused pause={view.pause} />
      <Lacking view={view} now={now} />
      <Why job={job} now={now} />
      <JobProgress view={view} now={now} />
      <JobActions view={view} fields={model.fields} now={now} isUndone={isUndone} />
      <OtherSources job={job} elsewhere={model.elsewhere} />
      <JobSteps steps={steps} now={now} />
      <JobChildren jobs={children} waitOf={model.waitOf} session={job.sessionId} now={now} />
      <div class="report-columns">
        <div class="report-facts">
          <JobResult job={job} />
          <section>
            <h2>Input</h2>
            <JobFacts facts={job.metadata} type={job.type} />
          </section>
        </div>
        <section>
          <h2>Details</h2>
          <Details job={job} attempts={attempts} start={model.start} now={now} />
        </section>
      </div>
      <JobAttempts attempts={attempts} now={now} />
    </LivePart>
  );
}

/** Whether the input, shown whole, is too long to be sent every second. */
function isHeavy({ metadata }: Job): boolean {
  return JSON.stringify(metadata ?? {}).length > MAX_REFRESHED;
}

/** "Completed: 1,000 posts of @aurora_lab in 0:08". */
function headline({ job, place }: JobView, now: Date): string {
  const what = jobName(job);
  switch (job.status) {
    case 'queued':
      if (startsLater(job, now)) return `Planned: ${what}`;
      return `Waiting: ${what}${place === undefined ? '' : `, ${ordinal(place)} in queue`}`;
    case 'running':
      return `Running: ${what}`;
    case 'retrying':
      return `Waiting to retry: ${what}`;
    case 'cancelling':
      return `Cancelling: ${what}`;
    case 'completed':
      return `Completed: ${resultSummary(job) || what}${withDuration('in', job)}`;
    case 'failed':
      return `Failed: ${what}${afterDuration(job)}`;
    case 'cancelled':
      return `Cancelled: ${what}${afterDuration(job)}`;
  }
}

function afterDuration(job: Job): string {
  return job.startedAt === undefined ? ' before it started' : withDuration('after', job);
}

/** Empty for 0:00, which would be of no use in a sentence. */
function withDuration(preposition: string, job: Job): string {
  const time = jobDuration(job);
  return time === duration(0) ? '' : ` ${preposition} ${time}`;
}

function Paused({ pause }: { pause: Pause | undefined }): JSX.Element {
  if (!pause) return '';
  return (
    <div class="report-why" data-status="queued">
      <p>
        The job waits: <span safe>{pauseText(pause)}</span>. It starts after that is resumed on the{' '}
        <a href={urlTo('/workers')}>Workers</a> page.
      </p>
    </div>
  );
}

function Lacking({ view: { job, pause, lack }, now }: { view: JobView; now: Date }): JSX.Element {
  if (!lack || pause || startsLater(job, now)) return '';
  return (
    <div class="report-why" data-status="queued">
      <p>
        The job waits: <span safe>{lackText(lack)}</span>.
      </p>
    </div>
  );
}

function Why({ job, now }: { job: Job; now: Date }): JSX.Element {
  if (startsLater(job, now)) {
    return (
      <div class="report-why" data-status={job.status}>
        <p>The job {startTime(job.runAt, now)}.</p>
      </div>
    );
  }
  const reason = why(job);
  if (reason === '') return '';
  return (
    <div class="report-why" data-status={job.status}>
      <div class="report-reason">
        {job.status === 'retrying' && job.retryAt && reason.length < SHORT ? (
          <p>{withLocalTime(reason, job.retryAt, now)}</p>
        ) : (
          <WholeText text={reason} />
        )}
      </div>
      {job.status === 'retrying' && job.retryAt !== undefined ? (
        <p>
          {job.retryAt > now ? (
            <>Next attempt {relativeTime(job.retryAt, now)}.</>
          ) : (
            'The next attempt is due.'
          )}
        </p>
      ) : (
        ''
      )}
    </div>
  );
}

function why(job: Job): string {
  const { status, errorMessage, progress } = job;
  const stopped = stoppedAt(progress);
  switch (status) {
    case 'queued':
      return progress.message;
    case 'running':
    case 'cancelling':
      return '';
    case 'completed':
      return resultNotes(job, 'page').join(' ');
    case 'retrying':
    case 'failed':
      return errorMessage ?? '';
    case 'cancelled':
      return errorMessage ?? (stopped && `${stopped}.`);
  }
}

interface DetailsProps {
  job: Job;
  attempts: JobPageModel['attempts'];
  start: JobPageModel['start'];
  now: Date;
}

function Details({ job, attempts, start, now }: DetailsProps): JSX.Element {
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd class="mono" safe>
        {job.id}
      </dd>
      <dt>Status</dt>
      <dd safe>{statusWords(job)}</dd>
      <Moment label="Created" date={job.createdAt} now={now} />
      <PlannedStart job={job} now={now} />
      <Moment label="Started" date={job.startedAt} now={now} />
      <Moment label="Ended" date={job.completedAt} now={now} />
      <Duration job={job} now={now} />
      <Options job={job} />
      <dt>Attempts</dt>
      <dd safe>{attemptWords(job, attempts)}</dd>
      <Relation label="Session" text={job.sessionId} base={urlTo('/sessions/')} />
      <Relation label="Started by" text={job.parentId} base={urlTo('/jobs/')} />
      <Starter job={job} start={start} />
    </dl>
  );
}

/** Who started it: "browser from 203.0.113.7". */
function Starter({ job, start }: Pick<DetailsProps, 'job' | 'start'>): JSX.Element {
  if (start === undefined || job.parentId !== undefined) return '';
  return (
    <Fact label="Started by">
      <span safe>{actorLine(start.by)}</span>{' '}
      <a href={urlTo(`/audit?job=${encodeURIComponent(job.id)}`)}>Audit trail</a>
    </Fact>
  );
}

/** The options of its start, where they are not the usual ones. */
function Options({ job }: { job: Job }): JSX.Element {
  const { timeoutMs, pinned } = job;
  const priority = priorityText(job);
  return (
    <>
      {pinned ? <Fact label="Kept">until somebody removes it</Fact> : ''}
      {priority === '' ? '' : <Fact label="Priority">{priority as 'safe'}</Fact>}
      {timeoutMs === undefined ? (
        ''
      ) : (
        <Fact label="Time limit">{limitText(timeoutMs) as 'safe'}</Fact>
      )}
    </>
  );
}

function statusWords({ status, failure }: Job): string {
  return failure === undefined ? status : `${status} · ${FAILURE_WORDS[failure]}`;
}

function Duration({ job, now }: { job: Job; now: Date }): JSX.Element {
  if (isWaiting(job.status)) return '';
  return (
    <Fact label={job.completedAt ? 'Duration' : 'Duration so far'}>
      <JobDuration job={job} now={now} />
    </Fact>
  );
}

function Moment({ label, date, now }: { label: string; date: Date | undefined; now: Date }) {
  return date === undefined ? '' : <Fact label={label}>{relativeTime(date, now)}</Fact>;
}

/** The page is what a browser without JavaScript gets after a start. */
function PlannedStart({ job, now }: { job: Job; now: Date }): JSX.Element {
  if (job.runAt === undefined) return '';
  const past = startsInPast(job) ? ', which was in the past when it was created' : '';
  return (
    <Fact label="Planned for">
      {relativeTime(job.runAt, now)}
      {past as 'safe'}
    </Fact>
  );
}

function Relation({ label, text, base }: { label: string; text?: string; base: string }) {
  if (text === undefined) return '';
  return (
    <Fact label={label}>
      <a href={`${base}${encodeURIComponent(text)}`} class="mono" safe>
        {text}
      </a>
    </Fact>
  );
}
