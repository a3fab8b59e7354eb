import { Elysia } from 'elysia';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { TaskbarContent } from '../../../views/jobs/taskbar.tsx';
import { isActive, type Job, type JobPage, toJobQuery } from '../../jobs/index.ts';
import { jobLine, jobTable, jobText } from '../../text/job_text.ts';
import { refusals, returns } from '../contract/declare.ts';
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

const NO_SUCH_JOB = 'There is no such job.';
const STILL_ACTIVE = 'The job is still active.';
const INVALID_QUERY = 'The query cannot be used; details name what is wrong.';

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
        const list = () => tracker.listJobs(toJobQuery(query));
        return respond(() => listedPage(list()), {
          html: () => TaskbarContent({ model: live.model() }),
          text: () => tableOf(list()),
        });
      },
      {
        query: JOBS_QUERY,
        response: {
          200: returns('JobPage', 'A page of jobs.'),
          ...refusals({ 422: INVALID_QUERY }),
        },
        detail: {
          operationId: 'list_jobs',
          tags: ['Watch'],
          summary: 'The jobs, newest first; as HTML the taskbar',
        },
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
        response: {
          200: returns('DetailedJobAnswer', 'The job.'),
          ...refusals({ 404: NO_SUCH_JOB }),
        },
        detail: {
          operationId: 'read_job',
          tags: ['Watch'],
          summary: 'One job with its steps, attempts and children',
        },
      },
    )
    .delete(
      '/api/jobs/:id',
      ({ params, query, set }) => removed(params.id, isForce(query.force), set.headers),
      {
        params: JOB_ID,
        query: REMOVE_QUERY,
        response: {
          200: returns('JobAnswer', 'The job as it was.'),
          ...refusals({ 404: NO_SUCH_JOB, 409: STILL_ACTIVE }),
        },
        detail: {
          operationId: 'delete_job',
          tags: ['Act'],
          summary: 'Remove a job for good',
        },
      },
    )
    .get(
      '/api/sessions/:id/jobs',
      ({ params: { id }, query }) => {
        const page = tracker.listJobs({ ...toJobQuery(query), session: id });
        return respond(() => ({ ...listedPage(page), summary: tracker.sessionSummary(id) }), {
          html: () => page.jobs.map(card).join('') || NO_JOBS,
          text: () => tableOf(page),
        });
      },
      {
        params: SESSION_ID,
        query: SESSION_JOBS_QUERY,
        response: {
          200: returns('SessionPage', 'A page of jobs.'),
          ...refusals({ 422: INVALID_QUERY }),
        },
        detail: {
          operationId: 'list_session',
          tags: ['Watch'],
          summary: 'The jobs started with one sessionId, and their sum',
        },
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
        response: {
          200: returns('JobAnswer', 'The job, cancelling or cancelled.'),
          ...refusals({ 404: 'There is no such job, or it has already ended.' }),
        },
        detail: {
          operationId: 'cancel_job',
          tags: ['Act'],
          summary: 'Cancel a job that waits or runs',
        },
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
        response: {
          202: returns('JobAnswer', 'The job, queued.'),
          ...refusals({
            404: NO_SUCH_JOB,
            409: 'It is active, or was tracked by another program.',
          }),
        },
        detail: {
          operationId: 'retry_job',
          tags: ['Act'],
          summary: 'Run an ended job again',
        },
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
        response: {
          200: returns('JobAnswer', 'The job.'),
          ...refusals({ 404: NO_SUCH_JOB, 409: STILL_ACTIVE }),
        },
        detail: {
          operationId: 'dismiss_job',
          tags: ['Act'],
          summary: 'Take an ended job out of the taskbar',
        },
      },
    )
    .post(
      '/api/jobs/:id/remove',
      ({ params, body, set }) => removed(params.id, isForce(body.force), set.headers),
      {
        parse: parseFields,
        params: JOB_ID,
        body: REMOVE_BODY,
        response: {
          200: returns('JobAnswer', 'The job as it was.'),
          ...refusals({ 404: NO_SUCH_JOB, 409: STILL_ACTIVE }),
        },
        detail: {
          operationId: 'remove_job',
          tags: ['Act'],
          summary: 'Remove a job for good, for forms that cannot send DELETE',
        },
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
