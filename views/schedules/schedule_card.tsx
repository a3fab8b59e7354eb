import { inputSentence, isOnce } from '../../src/operations/words.ts';
import type { Schedule, ScheduleRun } from '../../src/schedules/schedule.ts';
import { jobName } from '../../src/text/format.ts';
import {
  adviceFor,
  nextRunText,
  repetitionText,
  scheduleName,
} from '../../src/text/schedule_text.ts';
import { limitText, signed } from '../../src/text/start_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { Fact } from '../facts.tsx';
import { attributeText } from '../forms/field.tsx';
import { PostForm } from '../forms/post_form.tsx';
import { StatusLabel } from '../jobs/status_icon.tsx';
import { dueTime, zonedTime } from '../time.tsx';
import { RunOfSchedule, ScheduleRuns } from './schedule_runs.tsx';

export interface ListedSchedule {
  schedule: Schedule;
  /** Newest first. */
  runs: ScheduleRun[];
}

interface ListProps {
  schedules: ListedSchedule[];
  now: Date;
}

export function ScheduleList({ schedules, now }: ListProps): JSX.Element {
  if (schedules.length === 0) return <NoSchedules />;
  return (
    <div class="schedules">
      {schedules.map((listed) => (
        <ScheduleCard {...listed} now={now} />
      ))}
    </div>
  );
}

/** Says how to make the first one. */
function NoSchedules(): JSX.Element {
  return (
    <div class="empty">
      <p>Nothing is scheduled.</p>
      <p class="muted" data-changes="remove">
        Open the form of what should be repeated, for example to{' '}
        <a href={urlTo('/scrape')}>scrape a user’s posts</a>. Fill it in, open “Repeat…” and save
        the schedule.
      </p>
    </div>
  );
}

interface CardProps extends ListedSchedule {
  now: Date;
  /** The answer to one of its forms: it takes the place of the card on the page. */
  isUpdate?: boolean;
}

/** A schedule: what it starts, when it is due next, how it went, and what can be done with it. */
export function ScheduleCard({ schedule, runs, now, isUpdate = false }: CardProps): JSX.Element {
  const { id, type, input, cron, timeZone } = schedule;
  return (
    <article
      class="panel schedule"
      id={id}
      aria-labelledby={`${id}-title`}
      hx-swap-oob={isUpdate ? 'true' : undefined}
    >
      <div class="schedule-head">
        <h2 id={`${id}-title`} safe>
          {jobName({ type: type as never, metadata: input })}
        </h2>
        <p class="schedule-state" {...(isUpdate && { tabindex: '-1', autofocus: true })}>
          <State schedule={schedule} />
        </p>
      </div>
      <Problem schedule={schedule} />
      <JobsWait schedule={schedule} />
      <What schedule={schedule} />
      <dl class="facts">
        <Fact label="Repeats">
          <span safe>{repetitionText(cron)}</span> <span class="muted" safe>{`(${timeZone})`}</span>
        </Fact>
        <Fact label="Next run">
          <NextRun schedule={schedule} now={now} />
        </Fact>
        <Fact label="Last run">
          <LastRun schedule={schedule} now={now} />
        </Fact>
        <Options schedule={schedule} />
        <Session schedule={schedule} />
      </dl>
      <Actions schedule={schedule} />
      <ScheduleRuns runs={runs} schedule={schedule} now={now} />
    </article>
  );
}

function State({ schedule: { pausedAt, problem, nextDueAt } }: { schedule: Schedule }) {
  if (problem !== undefined) return <StatusLabel status="failed" word="Cannot start" />;
  if (pausedAt !== undefined) return <StatusLabel status="cancelled" word="Paused" />;
  if (nextDueAt === undefined) return <StatusLabel status="completed" word="Never due again" />;
  return <StatusLabel status="queued" word="Scheduled" />;
}

function Problem({ schedule }: { schedule: Schedule }): JSX.Element {
  const { problem } = schedule;
  if (problem === undefined) return '';
  return (
    <div class="result standing-problem">
      <p class="result-title">It can start nothing at present.</p>
      <p safe>{`${problem} ${adviceFor(schedule)}`}</p>
    </div>
  );
}

/** A job that is due is queued all the same, and the next ones are skipped until it has run. */
function JobsWait({ schedule: { jobsWait } }: { schedule: Schedule }): JSX.Element {
  if (jobsWait === undefined) return '';
  return (
    <p class="result warning">
      Its jobs wait: <span safe>{jobsWait}</span>. They start after that is resumed on the{' '}
      <a href={urlTo('/workers')}>Workers</a> page.
    </p>
  );
}

function NextRun({ schedule, now }: { schedule: Schedule; now: Date }): JSX.Element {
  const { nextDueAt, timeZone } = schedule;
  if (nextDueAt === undefined) return <span safe>{nextRunText(schedule)}</span>;
  return (
    <>
      {dueTime(nextDueAt, now)} <span class="muted">({zonedTime(nextDueAt, timeZone, now)})</span>
    </>
  );
}

function LastRun({ schedule, now }: { schedule: Schedule; now: Date }): JSX.Element {
  const { lastRun } = schedule;
  if (!lastRun) return 'None yet';
  return <RunOfSchedule run={lastRun} schedule={schedule} now={now} />;
}

/** What each job would do, in the words of the form. */
function What({ schedule: { type, input, problem } }: { schedule: Schedule }): JSX.Element {
  const words = problem === undefined ? inputSentence(type, input) : '';
  if (words === '') return '';
  return (
    <p class="schedule-what" safe>
      {words}
    </p>
  );
}

/** How each of its jobs starts, where that is not the usual. */
function Options({ schedule: { priority, timeoutMs } }: { schedule: Schedule }): JSX.Element {
  return (
    <>
      {priority === 0 ? '' : <Fact label="Priority">{signed(priority) as 'safe'}</Fact>}
      {timeoutMs === undefined ? (
        ''
      ) : (
        <Fact label="Time limit">{limitText(timeoutMs) as 'safe'}</Fact>
      )}
    </>
  );
}

function Session({ schedule: { sessionId } }: { schedule: Schedule }): JSX.Element {
  if (sessionId === undefined) return '';
  return (
    <Fact label="Session">
      <a href={urlTo(`/sessions/${encodeURIComponent(sessionId)}`)} safe>
        {sessionId}
      </a>
    </Fact>
  );
}

function Actions({ schedule }: { schedule: Schedule }): JSX.Element {
  const { id, pausedAt, type, input } = schedule;
  const address = urlTo(`/api/schedules/${encodeURIComponent(id)}`);
  const isPaused = pausedAt !== undefined;
  const name = jobName({ type: type as never, metadata: input });
  return (
    <div class="schedule-actions" data-changes="remove">
      <PostForm action={`${address}/${isPaused ? 'resume' : 'pause'}`} target="find .form-result">
        <button type="submit">
          {isPaused ? 'Resume' : 'Pause'}
          <span class="visually-hidden" safe>{` ${name}`}</span>
        </button>
        <div class="form-result" />
      </PostForm>
      {isOnce(type) ? '' : <RunNow name={name} address={address} />}
      {isOnce(type) ? '' : <Change id={id} name={name} />}
      <details class="remove-schedule">
        <summary>Remove…</summary>
        <PostForm action={`${address}/remove`} target="find .form-result">
          <p class="field-help">It starts nothing more. The jobs it started stay.</p>
          <button type="submit">Remove the schedule</button>
          <div class="form-result" />
        </PostForm>
      </details>
    </div>
  );
}

function RunNow({ name, address }: { name: string; address: string }): JSX.Element {
  return (
    <PostForm action={`${address}/run`} target="find .form-result">
      <button type="submit">
        Run now
        <span class="visually-hidden" safe>{`: ${name}`}</span>
      </button>
      <div class="form-result" />
    </PostForm>
  );
}

function Change({ id, name }: { id: string; name: string }): JSX.Element {
  return (
    <a class="button" href={attributeText(urlTo(`/schedules/${encodeURIComponent(id)}/edit`))}>
      Change
      <span class="visually-hidden" safe>{` ${name}`}</span>
    </a>
  );
}

/** The answer to a form that added a schedule, shown under the form. */
export function ScheduleNote({ schedule, now }: { schedule: Schedule; now: Date }): JSX.Element {
  return (
    <p class="result started" role="status">
      Scheduled:{' '}
      <a href={urlTo(`/schedules#${schedule.id}`)} safe>
        {scheduleName(schedule)}
      </a>
      . First run <NextRun schedule={schedule} now={now} />.
    </p>
  );
}
