import type { Elysia } from 'elysia';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { TaskbarContent } from '../../../views/jobs/taskbar.tsx';
import type { Job } from '../../jobs/index.ts';
import { toJobQuery } from '../../jobs/job_query.ts';
import { resultNotes, resultSummary } from '../../operations/words.ts';
import { jobTable, jobText } from '../../text/job_text.ts';
import { about, answers, INVALID_QUERY, NO_SUCH_JOB } from '../contract/declare.ts';
import { JOB_ID, JOBS_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { jobOr404 } from '../http/problem.ts';
import { respond } from '../http/rendered.ts';
import { detailedJob, listedPage } from './job_json.ts';

/** Lists jobs and reads single ones. */
export function jobRoutes({ tracker, live }: WebDeps) {
  const card = async (job: Job) => JobCard({ view: await live.view(job), now: new Date() });

  return (app: Elysia) =>
    app
      .get(
        '/api/jobs',
        ({ query }) => {
          const list = () => tracker.reader.listJobs(toJobQuery(query));
          return respond(async () => listedPage(await list()), {
            html: async () => TaskbarContent({ model: await live.model() }),
            async text() {
              const { jobs, nextCursor } = await list();
              return jobTable(jobs, nextCursor, await tracker.reader.waits(jobs));
            },
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
        async ({ params }) => {
          const job = await jobOr404(tracker, params.id);
          return respond(async () => ({ job: await detailedJob(tracker, job) }), {
            html: () => card(job),
            async text() {
              const waitOf = await tracker.reader.waits([job]);
              const notes = [resultSummary(job), ...resultNotes(job, 'api')];
              return jobText(job, notes, waitOf(job));
            },
          });
        },
        {
          params: JOB_ID,
          response: answers(200, 'DetailedJobAnswer', 'The job.', { 404: NO_SUCH_JOB }),
          detail: about('Watch', 'read_job', 'One job with its steps, attempts and children'),
        },
      );
}
