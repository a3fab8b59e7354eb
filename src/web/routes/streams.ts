import type { Elysia } from 'elysia';
import {
  JOB_EVENTS,
  JOB_STREAM,
  JOBS_STREAM,
  MANY_JOBS_STREAM,
  TASKBAR_STREAM,
} from '../contract/streams.ts';
import type { WebDeps } from '../deps.ts';
import { jobOr404 } from '../http/problem.ts';
import { jobEventsStream, LiveJobEvents } from '../live/job_events.ts';
import { jobStream } from '../live/job_stream.ts';
import { LiveJobs } from '../live/live_jobs.ts';
import { createLiveLogs } from '../live/logs.ts';
import { checkedJobIds, namedJobsStream } from '../live/named_jobs_stream.ts';
import { taskbarStream } from '../live/taskbar_stream.ts';

const NAMED_JOBS = '/api/jobs/stream/jobs';

/** Streams of the taskbar, of one job, of several jobs, and of all jobs. */
export function streamRoutes(deps: WebDeps) {
  const { tracker, streams } = deps;
  const logs = createLiveLogs(tracker);
  const events = new LiveJobEvents(deps);
  const jobs = new LiveJobs(tracker);
  return (app: Elysia) =>
    app
      .get(
        '/api/jobs/stream',
        async ({ request, server }) => {
          const source = await taskbarStream(deps, logs, request);
          streams.refuseTooMany();
          return streams.respond(request, server, source);
        },
        TASKBAR_STREAM,
      )
      .get(
        '/api/jobs/events',
        async ({ request, server, query }) => {
          const source = await jobEventsStream(deps, events, request, query);
          streams.refuseTooMany();
          return streams.respond(request, server, source);
        },
        JOB_EVENTS,
      )
      .get(
        '/api/jobs/:id/stream',
        async ({ request, server, params: { id } }) => {
          await jobOr404(tracker, id);
          streams.refuseTooMany();
          return streams.respond(request, server, jobStream(deps, jobs, request, id));
        },
        JOB_STREAM,
      )
      .get(
        NAMED_JOBS,
        ({ request, server }) => {
          const ids = checkedJobIds(new URL(request.url).searchParams.getAll('job'));
          streams.refuseTooMany();
          return streams.respond(request, server, namedJobsStream(deps, jobs, ids));
        },
        JOBS_STREAM,
      )
      .post(
        NAMED_JOBS,
        ({ request, server, body }) => {
          const ids = checkedJobIds(body.jobs);
          streams.refuseTooMany();
          return streams.respond(request, server, namedJobsStream(deps, jobs, ids));
        },
        MANY_JOBS_STREAM,
      );
}
