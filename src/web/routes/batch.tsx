import { Elysia } from 'elysia';
import { ErrorResult } from '../../../views/forms/error_result.tsx';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import type { Job } from '../../jobs/index.ts';
import { errorLine } from '../../text/error_text.ts';
import { jobLine } from '../../text/job_text.ts';
import { about, refusals, returns } from '../contract/declare.ts';
import { IDEMPOTENCY_KEY, MAX_BATCH, startsBody } from '../contract/starts.ts';
import type { WebDeps } from '../deps.ts';
import { parseBody, READ_BY_HANDLER } from '../http/body.ts';
import { entryProblem, Problem, toProblem } from '../http/problem.ts';
import { asStated, responseTo } from '../http/rendered.ts';
import type { RequestContext } from '../http/request_context.ts';
import { readStart, startAll, startFrom } from './start.ts';

type Result = { job: Job } | { error: Problem };

/** `POST /api/jobs`: starts one job by its type, or a list of them. */
export function batchRoutes(deps: WebDeps) {
  const { tracker, live, idempotent } = deps;

  async function start(context: RequestContext, body: unknown) {
    const results = Array.isArray(body)
      ? await startList(context, body)
      : [await startOne(context, body)];
    const { status, headers } = outcomeOf(results);
    return responseTo(
      context.request,
      () => ({ results: results.map(jsonOf) }),
      {
        html: () => results.map(htmlOf).join(''),
        text: () => results.map(textOf).join(''),
      },
      status,
      headers,
    );
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

  const htmlOf = (result: Result) =>
    'job' in result
      ? JobCard({ view: live.view(result.job), now: new Date() })
      : ErrorResult({ model: result.error.model() });

  return new Elysia({ name: 'batch' }).post(
    '/api/jobs',
    async ({ request, server }) => {
      const body = await parseBody({ request });
      return asStated(
        idempotent(request, body, (uuidAt) => start({ request, server, uuidAt }, body)),
      );
    },
    {
      ...READ_BY_HANDLER,
      body: startsBody(deps),
      response: {
        202: returns('BatchAnswer', 'All were started.'),
        207: returns('BatchAnswer', 'Some were started.'),
        ...refusals(),
        429: returns('BatchAnswer', 'None was started, because too many jobs wait already.'),
        422: returns(
          'BatchAnswer',
          'None was started: each says why, or the list as a whole is none, or the key cannot be used.',
          { names: ['BatchAnswer', 'Error'] },
        ),
      },
      detail: about('Start', 'start_jobs', 'Start one job by its type, or up to 1,000 at once', {
        parameters: [IDEMPOTENCY_KEY],
      }),
    },
  );
}

const jsonOf = (result: Result) => ('job' in result ? result : { error: result.error.json() });

const textOf = (result: Result) =>
  'job' in result ? jobLine(result.job) : errorLine(result.error.model());

/** 202 for all, 207 for some; for none 422, or what stands in the way of any start at all. */
function outcomeOf(results: Result[]): { status: number; headers: Record<string, string> } {
  const problems = results.flatMap((result) => ('error' in result ? result.error : []));
  if (problems.length < results.length)
    return { status: problems.length > 0 ? 207 : 202, headers: {} };
  const obstacle = problems.find(({ status }) => status !== 422);
  return { status: obstacle?.status ?? 422, headers: obstacle?.headers ?? {} };
}
