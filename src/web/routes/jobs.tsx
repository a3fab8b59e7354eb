import { Elysia } from 'elysia';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { TaskbarContent } from '../../../views/jobs/taskbar.tsx';
import { SessionList } from '../../../views/pages/sessions.tsx';
import type { Job, JobPage } from '../../jobs/index.ts';
import { toJobQuery } from '../../jobs/job_query.ts';
import { resultSummary } from '../../operations/words.ts';
import { jobTable, jobText } from '../../text/job_text.ts';
import { sessionTable } from '../../text/session_text.ts';
import { about, answers, INVALID_QUERY, NO_SUCH_JOB } from '../contract/declare.ts';
import {
  JOB_ID,
  JOBS_QUERY,
  SESSION_ID,
  SESSION_JOBS_QUERY,
  SESSIONS_QUERY,
} from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { jobOr404 } from '../http/problem.ts';
import { respond } from '../http/rendered.ts';
import { detailedJob, listedPage } from './job_json.ts';

const NO_JOBS = '<p class="empty-note">This session has no jobs.</p>';

/** Lists jobs and reads single ones. */
export function jobRoutes({ tracker, live }: WebDeps) {
  const card = (job: Job) => JobCard({ view: live.view(job), now: new Date() });

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
        detail: about('Watch', 'list_jobs', 'Jobs, newest first; the taskbar as HTML'),
      },
    )
    .get(
      '/api/jobs/:id',
      ({ params }) => {
        const job = jobOr404(tracker, params.id);
        return respond(() => ({ job: detailedJob(tracker, job) }), {
          html: () => card(job),
          text: () => jobText(job, resultSummary(job)),
        });
      },
      {
        params: JOB_ID,
        response: answers(200, 'DetailedJobAnswer', 'The job.', { 404: NO_SUCH_JOB }),
        detail: about('Watch', 'read_job', 'One job with its steps, attempts and children'),
      },
    )
    .get(
      '/api/sessions',
      ({ query }) => {
        const sessions = tracker.reader.recentSessions(query.limit);
        return respond(() => ({ sessions }), {
          html: () => SessionList({ sessions, now: new Date() }),
          text: () => sessionTable(sessions),
        });
      },
      {
        query: SESSIONS_QUERY,
        response: answers(200, 'Sessions', 'The sessions.', { 422: INVALID_QUERY }),
        detail: about('Watch', 'list_sessions', 'Sessions, the one used last first'),
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
        detail: about('Watch', 'list_session', 'Jobs of a session, with a summary'),
      },
    );
}

const tableOf = ({ jobs, nextCursor }: JobPage) => jobTable(jobs, nextCursor);
