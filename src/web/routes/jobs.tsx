import { Elysia } from 'elysia';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { TaskbarContent } from '../../../views/jobs/taskbar.tsx';
import { isActive, type Job, type JobPage } from '../../jobs/index.ts';
import { toJobQuery } from '../../jobs/job_query.ts';
import { jobLine, jobTable, jobText } from '../../text/job_text.ts';
import { about, answers, INVALID_QUERY, NO_SUCH_JOB } from '../contract/declare.ts';
import {
  JOB_ID,
  JOBS_QUERY,
  REMOVE_BODY,
  REMOVE_QUERY,
  SESSION_ID,
  SESSION_JOBS_QUERY,
} from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { parseFields } from '../http/body.ts';
import { refererOf } from '../http/negotiation.ts';
import { noSuchJob, Problem } from '../http/problem.ts';
import { respond } from '../http/rendered.ts';
import { detailedJob, listedPage } from './job_json.ts';

const NO_JOBS = '<p class="empty-note">There are no jobs of this session.</p>';

const STILL_ACTIVE = 'The job is still active.';

/** Jobs: listed, read, cancelled, retried, dismissed and removed. */
export function jobRoutes({ tracker, live }: WebDeps) {
  const card = (job: Job) => JobCard({ view: live.view(job), now: new Date() });

  const jobOr404 = (id: string): Job => {
    const job = tracker.getJob(id);
    if (!job) throw noSuchJob(id);
    return job;
  };

  /** As JSON, a card or a line; a browser without JavaScript goes to the job's page. */
  const changed = (job: Job) =>
    respond(() => ({ job }), {
      html: () => card(job),
      text: () => jobLine(job),
      seeOther: () => `/jobs/${job.id}`,
    });

  async function removed(id: string, force: boolean, headers: Record<string, unknown>) {
    const job = jobOr404(id);
    if (!(await tracker.removeJob(id, { force }))) throw stillActive(job);
    return respond(() => ({ job }), {
      text: () => `${id}  removed\n`,
      seeOther: () => '/jobs',
      html() {
        // A reader of the job's own page has nothing left to look at.
        headers['hx-redirect'] = '/jobs';
        return '';
      },
    });
  }

  return new Elysia({ name: 'jobs' })
    .get(
      '/api/jobs',
      ({ query }) => {
        const list = () => tracker.reader.listJobs(toJobQuery(query));
        return respond(() => listedPage(list()), {
          html: () => TaskbarContent({ model: live.model() }),
          text: () => tableOf(list()),
        });
      },
      {
        query: JOBS_QUERY,
        response: answers(200, 'JobPage', 'A page of jobs.', { 422: INVALID_QUERY }),
        detail: about('Watch', 'list_jobs', 'The jobs, newest first; as HTML the taskbar'),
      },
    )
    .get(
      '/api/jobs/:id',
      ({ params }) => {
        const job = jobOr404(params.id);
        return respond(() => ({ job: detailedJob(tracker, job) }), {
          html: () => card(job),
          text: () => jobText(job),
        });
      },
      {
        params: JOB_ID,
        response: answers(200, 'DetailedJobAnswer', 'The job.', { 404: NO_SUCH_JOB }),
        detail: about('Watch', 'read_job', 'One job with its steps, attempts and children'),
      },
    )
    .delete(
      '/api/jobs/:id',
      ({ params, query, set }) => removed(params.id, isForce(query.force), set.headers),
      {
        params: JOB_ID,
        query: REMOVE_QUERY,
        response: answers(200, 'JobAnswer', 'The job as it was.', {
          404: NO_SUCH_JOB,
          409: STILL_ACTIVE,
        }),
        detail: about('Act', 'delete_job', 'Remove a job for good'),
      },
    )
    .get(
      '/api/sessions/:id/jobs',
      ({ params: { id }, query }) => {
        const page = tracker.reader.listJobs({ ...toJobQuery(query), session: id });
        return respond(
          () => ({ ...listedPage(page), summary: tracker.reader.sessionSummary(id) }),
          {
            html: () => page.jobs.map(card).join('') || NO_JOBS,
            text: () => tableOf(page),
          },
        );
      },
      {
        params: SESSION_ID,
        query: SESSION_JOBS_QUERY,
        response: answers(200, 'SessionPage', 'A page of jobs.', { 422: INVALID_QUERY }),
        detail: about(
          'Watch',
          'list_session',
          'The jobs started with one sessionId, and their sum',
        ),
      },
    )
    .post(
      '/api/jobs/:id/cancel',
      async ({ params }) => {
        const job = jobOr404(params.id);
        if (!(await tracker.cancelJob(job.id))) {
          throw new Problem(404, 'already_ended', 'The job has already ended.', {
            message: `It is ${job.status}; there is nothing left to cancel.`,
          });
        }
        return changed(jobOr404(job.id));
      },
      {
        params: JOB_ID,
        response: answers(200, 'JobAnswer', 'The job, cancelling or cancelled.', {
          404: 'There is no such job, or it has already ended.',
        }),
        detail: about('Act', 'cancel_job', 'Cancel a job that waits or runs'),
      },
    )
    .post(
      '/api/jobs/:id/retry',
      async ({ params, status }) => {
        const job = jobOr404(params.id);
        const retried = await tracker.retryJob(job.id);
        if (!retried) throw cannotRetry(job);
        return status(202, changed(retried));
      },
      {
        params: JOB_ID,
        response: answers(202, 'JobAnswer', 'The job, queued.', {
          404: NO_SUCH_JOB,
          409: 'It is active, or was tracked by another program.',
        }),
        detail: about('Act', 'retry_job', 'Run an ended job again'),
      },
    )
    .post(
      '/api/jobs/:id/dismiss',
      async ({ params, request }) => {
        const job = jobOr404(params.id);
        const dismissed = await tracker.dismissJob(job.id);
        if (!dismissed && isActive(job.status)) throw stillActive(job);
        return respond(() => ({ job: jobOr404(job.id) }), {
          html: () => '',
          text: () => jobLine(jobOr404(job.id)),
          seeOther: () => refererOf(request) ?? '/jobs',
        });
      },
      {
        params: JOB_ID,
        response: answers(200, 'JobAnswer', 'The job.', { 404: NO_SUCH_JOB, 409: STILL_ACTIVE }),
        detail: about('Act', 'dismiss_job', 'Take an ended job out of the taskbar'),
      },
    )
    .post(
      '/api/jobs/:id/remove',
      ({ params, body, set }) => removed(params.id, isForce(body.force), set.headers),
      {
        parse: parseFields,
        params: JOB_ID,
        body: REMOVE_BODY,
        response: answers(200, 'JobAnswer', 'The job as it was.', {
          404: NO_SUCH_JOB,
          409: STILL_ACTIVE,
        }),
        detail: about(
          'Act',
          'remove_job',
          'Remove a job for good, for forms that cannot send DELETE',
        ),
      },
    );
}

const tableOf = ({ jobs, nextCursor }: JobPage) => jobTable(jobs, nextCursor);

const isForce = (force: unknown) => force === true || force === '1' || force === 'true';

function cannotRetry(job: Job): Problem {
  if (isActive(job.status)) {
    return new Problem(409, 'active', STILL_ACTIVE, {
      message: 'Cancel it first, or wait for its end.',
    });
  }
  return new Problem(409, 'tracked', 'This job cannot be run again from here.', {
    message: 'Its work was done by the program that started it; start it there.',
  });
}

function stillActive(job: Job): Problem {
  return new Problem(409, 'active', STILL_ACTIVE, {
    message: `It is ${job.status}. Cancel it first, or remove it with ?force=1.`,
  });
}
