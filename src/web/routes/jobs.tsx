import { Elysia } from 'elysia';
import { ErrorResult } from '../../../views/forms/error_result.tsx';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { TaskbarContent } from '../../../views/jobs/taskbar.tsx';
import { isActive, type Job, type JobPage } from '../../jobs/index.ts';
import { errorLine } from '../../text/error_text.ts';
import { jobLine, jobTable, jobText } from '../../text/job_text.ts';
import type { WebDeps } from '../deps.ts';
import { readBody, readFields } from '../http/body.ts';
import { isNavigation, refererOf, wantsJson, wantsText } from '../http/negotiation.ts';
import { entryProblem, noSuchJob, Problem, toProblem } from '../http/problem.ts';
import { html, plainText, seeOther } from '../http/responses.ts';
import { detailedJob, listedPage } from './job_json.ts';
import { readJobQuery } from './job_query.ts';
import { type RequestContext, readStart, startAll, startFrom } from './start.ts';

/** Most starts that one batch may ask for. */
const MAX_BATCH = 1_000;

const NO_JOBS = '<p class="empty-note">There are no jobs of this session.</p>';

/** Jobs: listed, read, started by name, cancelled, retried, dismissed and removed. */
export function jobRoutes({ tracker, live, idempotent }: WebDeps) {
  const card = (job: Job) => JobCard({ view: live.view(job), now: new Date() });

  const jobOr404 = (id: string): Job => {
    const job = tracker.getJob(id);
    if (!job) throw noSuchJob(id);
    return job;
  };

  /** The job as the asker wants it: JSON, a card, or the page it is shown on. */
  function answer(request: Request, job: Job, status = 200, headers: Record<string, string> = {}) {
    if (isNavigation(request) && request.method !== 'GET') return seeOther(`/jobs/${job.id}`);
    if (wantsJson(request)) return Response.json({ job }, { status, headers });
    if (wantsText(request)) return plainText(jobLine(job), status, headers);
    return html(card(job), status, headers);
  }

  async function startBatch(context: RequestContext, body: unknown) {
    const results = Array.isArray(body)
      ? await startList(context, body)
      : [await startOne(context, body)];
    const { status, headers } = outcomeOf(results);
    if (wantsJson(context.request)) {
      return Response.json({ results: results.map(resultJson) }, { status, headers });
    }
    if (wantsText(context.request)) {
      return plainText(results.map(resultText).join(''), status, headers);
    }
    return html(results.map(resultHtml).join(''), status, headers);
  }

  async function startList(context: RequestContext, items: unknown[]): Promise<Result[]> {
    if (items.length === 0 || items.length > MAX_BATCH) {
      throw new Problem(422, 'invalid_input', 'Nothing was started.', {
        message: `A list may have 1 to ${MAX_BATCH} entries; this one has ${items.length}.`,
        details: { body: `Body must be one start or a list of 1 to ${MAX_BATCH}.` },
      });
    }
    const results = await startAll(tracker, items, context);
    const problemOf = items.length > 1 ? entryProblem : toProblem;
    return results.map((result) => ('job' in result ? result : { error: problemOf(result.error) }));
  }

  /** Twice within a moment it is one job, unlike in a list. */
  async function startOne(context: RequestContext, item: unknown): Promise<Result> {
    try {
      const { type, fields } = readStart(item);
      return { job: await startFrom(tracker, type, fields, context) };
    } catch (error) {
      return { error: toProblem(error) };
    }
  }

  const resultJson = (result: Result) =>
    'job' in result ? result : { error: result.error.json() };

  const resultHtml = (result: Result) =>
    'job' in result ? card(result.job) : ErrorResult({ model: result.error.model() });

  const resultText = (result: Result) =>
    'job' in result ? jobLine(result.job) : errorLine(result.error.model());

  return new Elysia({ name: 'jobs' })
    .get('/api/jobs', ({ request }) => {
      const list = () => tracker.reader.listJobs(readJobQuery(new URL(request.url).searchParams));
      if (wantsJson(request)) return Response.json(listedPage(list()));
      if (wantsText(request)) return listAnswer(list());
      return html(TaskbarContent({ model: live.model() }));
    })
    .post(
      '/api/jobs',
      async ({ request, server }) => {
        const body = await readBody(request);
        return idempotent(request, body, (uuidAt) => startBatch({ request, server, uuidAt }, body));
      },
      { parse: 'none' },
    )
    .get('/api/jobs/:id', ({ request, params }) => {
      const job = jobOr404(params.id);
      if (wantsJson(request)) return Response.json({ job: detailedJob(tracker, job) });
      return wantsText(request) ? plainText(jobText(job)) : answer(request, job);
    })
    .get('/api/sessions/:id/jobs', ({ request, params }) => {
      const query = readJobQuery(new URL(request.url).searchParams);
      const page = tracker.reader.listJobs({ ...query, session: params.id });
      if (wantsJson(request)) {
        const summary = tracker.reader.sessionSummary(params.id);
        return Response.json({ ...listedPage(page), summary });
      }
      if (wantsText(request)) return listAnswer(page);
      return html(page.jobs.map(card).join('') || NO_JOBS);
    })
    .post('/api/jobs/:id/cancel', async ({ request, params }) => {
      const job = jobOr404(params.id);
      if (!(await tracker.cancelJob(job.id))) {
        throw new Problem(404, 'already_ended', 'The job has already ended.', {
          message: `It is ${job.status}; there is nothing left to cancel.`,
        });
      }
      return answer(request, jobOr404(job.id));
    })
    .post('/api/jobs/:id/retry', async ({ request, params }) => {
      const job = jobOr404(params.id);
      const retried = await tracker.retryJob(job.id);
      if (!retried) throw cannotRetry(job);
      return answer(request, retried, 202);
    })
    .post('/api/jobs/:id/dismiss', async ({ request, params }) => {
      const job = jobOr404(params.id);
      const dismissed = await tracker.dismissJob(job.id);
      if (!dismissed && isActive(job.status)) throw stillActive(job);
      if (isNavigation(request)) return seeOther(refererOf(request) ?? '/jobs');
      if (wantsText(request)) return plainText(jobLine(jobOr404(job.id)));
      return wantsJson(request) ? Response.json({ job: jobOr404(job.id) }) : html('');
    })
    .delete('/api/jobs/:id', ({ request, params }) =>
      remove(request, params.id, new URL(request.url).searchParams.get('force') === '1'),
    )
    .post(
      '/api/jobs/:id/remove',
      async ({ request, params }) => {
        const { force } = await readFields(request);
        return remove(request, params.id, force === '1' || force === true);
      },
      { parse: 'none' },
    );

  async function remove(request: Request, id: string, force: boolean) {
    const job = jobOr404(id);
    if (!(await tracker.removeJob(id, { force }))) throw stillActive(job);
    if (isNavigation(request)) return seeOther('/jobs');
    if (wantsText(request)) return plainText(`${id}  removed\n`);
    // A reader of the job's own page has nothing left to look at.
    const headers = { 'hx-redirect': '/jobs' };
    return wantsJson(request) ? Response.json({ job }) : html('', 200, headers);
  }
}

function listAnswer({ jobs, nextCursor }: JobPage): Response {
  return plainText(jobTable(jobs, nextCursor));
}

type Result = { job: Job } | { error: Problem };

/** 202 for all, 207 for some; for none 422, or what stands in the way of any start at all. */
function outcomeOf(results: Result[]): { status: number; headers: Record<string, string> } {
  const problems = results.flatMap((result) => ('error' in result ? result.error : []));
  if (problems.length < results.length)
    return { status: problems.length > 0 ? 207 : 202, headers: {} };
  const obstacle = problems.find(({ status }) => status !== 422);
  return { status: obstacle?.status ?? 422, headers: obstacle?.headers ?? {} };
}

function cannotRetry(job: Job): Problem {
  if (isActive(job.status)) {
    return new Problem(409, 'active', 'The job is still active.', {
      message: 'Cancel it first, or wait for its end.',
    });
  }
  return new Problem(409, 'tracked', 'This job cannot be run again from here.', {
    message: 'Its work was done by the program that started it; start it there.',
  });
}

function stillActive(job: Job): Problem {
  return new Problem(409, 'active', 'The job is still active.', {
    message: `It is ${job.status}. Cancel it first, or remove it with ?force=1.`,
  });
}
