import type { Elysia } from 'elysia';
import { ErrorResult } from '../../../views/forms/error_result.tsx';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { StartWarnings } from '../../../views/jobs/start_warnings.tsx';
import type { Job, Wait } from '../../jobs/index.ts';
import { errorLine } from '../../text/error_text.ts';
import { count } from '../../text/format.ts';
import { jobLine } from '../../text/job_text.ts';
import { pastStartWarning } from '../../text/start_text.ts';
import { warningLines } from '../../text/warning_text.ts';
import { about, refusals, returns } from '../contract/declare.ts';
import { IDEMPOTENCY_KEY, MAX_BATCH, startsBody } from '../contract/starts.ts';
import type { WebDeps } from '../deps.ts';
import { parseBody, READ_BY_HANDLER } from '../http/body.ts';
import { Problem } from '../http/problem.ts';
import { asStated, responseTo } from '../http/rendered.ts';
import type { RequestContext } from '../http/request_context.ts';
import { entryProblem, toProblem } from '../http/to_problem.ts';
import { readStart, startAll, startWith } from './start.ts';
import { entryWarnings } from './start_warnings.ts';

type Result = { job: Job } | { error: Problem };

/** `POST /api/jobs`: starts one job by its type, or a list of them. */
export function batchRoutes(deps: WebDeps) {
  return (app: Elysia) =>
    app.post(
      '/api/jobs',
      async ({ request, server }) => {
        const body = await parseBody({ request });
        return asStated(
          deps.idempotent(request, body, (uuidAt) =>
            start(deps, { request, server, uuidAt }, body),
          ),
        );
      },
      {
        ...READ_BY_HANDLER,
        body: startsBody(deps),
        response: {
          202: returns('BatchAnswer', 'All jobs were started.'),
          207: returns('BatchAnswer', 'Some jobs were started.'),
          ...refusals(),
          429: returns('BatchAnswer', 'Nothing was started because too many jobs are waiting.'),
          422: returns(
            'BatchAnswer',
            'Nothing was started. Each entry has its error, or the list or the key is invalid.',
            { names: ['BatchAnswer', 'Error'] },
          ),
        },
        detail: about('Start', 'start_jobs', 'Start one job by its type, or up to 1,000 at once', {
          parameters: [IDEMPOTENCY_KEY],
        }),
      },
    );
}

async function start(deps: WebDeps, context: RequestContext, body: unknown): Promise<Response> {
  const results = Array.isArray(body)
    ? await startList(deps, context, body)
    : [await startOne(deps, context, body)];
  const { status, headers } = outcomeOf(results);
  const warnings = await warningsOf(deps, body, results);
  const formats = {
    async html() {
      const parts = await Promise.all(results.map((result) => htmlOf(deps, result)));
      return parts.join('') + StartWarnings({ warnings });
    },
    async text() {
      const jobs = results.flatMap((result) => ('job' in result ? result.job : []));
      const waitOf = await deps.tracker.reader.waits(jobs);
      return results.map((result) => textOf(result, waitOf)).join('') + warningLines(warnings);
    },
  };
  const value = () => ({
    results: results.map(jsonOf),
    ...(warnings.length > 0 && { warnings }),
  });
  return responseTo(context.request, value, formats, status, headers);
}

async function startList(
  { tracker }: WebDeps,
  context: RequestContext,
  items: unknown[],
): Promise<Result[]> {
  if (items.length === 0 || items.length > MAX_BATCH) {
    throw new Problem(422, 'invalid_input', 'Nothing was started.', {
      message: `A list may have 1 to ${MAX_BATCH.toLocaleString('en')} entries; this one has ${count(items.length)}.`,
      details: {
        body: `Body must be one start or a list of 1 to ${MAX_BATCH.toLocaleString('en')}.`,
      },
    });
  }
  const results = await startAll(tracker, items, context);
  const problemOf = items.length > 1 ? entryProblem : toProblem;
  return results.map((result) => ('job' in result ? result : { error: problemOf(result.error) }));
}

/** Identical starts within half a second are one job, unlike in a list. */
async function startOne(
  { tracker }: WebDeps,
  context: RequestContext,
  item: unknown,
): Promise<Result> {
  try {
    return { job: await startWith(tracker, readStart(item), context) };
  } catch (error) {
    return { error: toProblem(error) };
  }
}

/** About the entries that were started; in a list they name the entry. */
async function warningsOf(
  { tracker }: WebDeps,
  body: unknown,
  results: Result[],
): Promise<string[]> {
  const entries = Array.isArray(body) ? body : [body];
  const pauseOf = await tracker.reader.pauseOf();
  return results.flatMap((result, index) => {
    if (!('job' in result)) return [];
    const { job } = result;
    const found = [
      ...entryWarnings(tracker, job.type, entries[index]),
      ...pastStartWarning(job, pauseOf(job) !== undefined),
    ];
    return entries.length > 1 ? found.map((text) => `Entry ${index + 1}: ${text}`) : found;
  });
}

async function htmlOf({ live }: WebDeps, result: Result) {
  return 'job' in result
    ? JobCard({ view: await live.view(result.job), now: new Date() })
    : ErrorResult({ model: result.error.model() });
}

const jsonOf = (result: Result) => ('job' in result ? result : { error: result.error.json() });

const textOf = (result: Result, waitOf: (job: Job) => Wait) =>
  'job' in result ? jobLine(result.job, waitOf(result.job)) : errorLine(result.error.model());

/** 202 if all were started, 207 if some were; otherwise 422, or the status that blocks every start. */
function outcomeOf(results: Result[]): { status: number; headers: Record<string, string> } {
  const problems = results.flatMap((result) => ('error' in result ? result.error : []));
  if (problems.length < results.length)
    return { status: problems.length > 0 ? 207 : 202, headers: {} };
  const obstacle = problems.find(({ status }) => status !== 422);
  return { status: obstacle?.status ?? 422, headers: obstacle?.headers ?? {} };
}
