import { Elysia } from 'elysia';
import type { WebDeps } from '../deps.ts';
import { readFields } from '../http/body.ts';
import { noSuchJob } from '../http/problem.ts';
import { jobStream } from '../live/job_stream.ts';
import { createLiveLogs } from '../live/logs.ts';
import { checkedJobIds, namedJobsStream } from '../live/named_jobs_stream.ts';
import { taskbarStream } from '../live/taskbar_stream.ts';

/** The live taskbar for every page; one job, or the jobs that a program names. */
export function streamRoutes(services: WebDeps) {
  const { tracker, streams } = services;
  const logs = createLiveLogs(tracker);
  return new Elysia({ name: 'streams' })
    .get('/api/jobs/stream', ({ request, server }) => {
      streams.refuseTooMany();
      return streams.respond(request, server, taskbarStream(services, logs, request));
    })
    .get('/api/jobs/:id/stream', ({ request, server, params: { id } }) => {
      if (!tracker.getJob(id)) throw noSuchJob(id);
      streams.refuseTooMany();
      return streams.respond(request, server, jobStream(services, request, id));
    })
    .get('/api/jobs/stream/jobs', ({ request, server }) => {
      const ids = checkedJobIds(new URL(request.url).searchParams.getAll('job'));
      streams.refuseTooMany();
      return streams.respond(request, server, namedJobsStream(services, ids));
    })
    .post(
      '/api/jobs/stream/jobs',
      async ({ request, server }) => {
        const ids = checkedJobIds((await readFields(request)).jobs);
        streams.refuseTooMany();
        return streams.respond(request, server, namedJobsStream(services, ids));
      },
      { parse: 'none' },
    );
}
