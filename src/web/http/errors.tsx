import { ParseError } from 'elysia';
import { ErrorResult } from '../../../views/forms/error_result.tsx';
import { BareErrorPage, ErrorPage } from '../../../views/pages/error.tsx';
import type { Layout } from '../../../views/view_models.ts';
import { ModelUnavailable } from '../../embedding/embedder.ts';
import { InvalidCursor } from '../../library/index.ts';
import type { Logger } from '../../platform/logger.ts';
import { errorText } from '../../text/error_text.ts';
import { urlTo } from '../../text/urls.ts';
import type { FirstDeps } from '../deps.ts';
import { layoutOf, layoutWithoutJobs, themeOf } from '../routes/layout.ts';
import { isAuthenticated } from './authenticate.ts';
import { commonHeaders } from './headers.ts';
import { isHtmx, isNavigation, wantsExport, wantsJson, wantsText } from './negotiation.ts';
import { openerPolicy } from './opener_policy.ts';
import { BAD_QUERY, Problem, printable } from './problem.ts';
import { html, plainText } from './responses.ts';
import type { RouteTable } from './route_table.ts';
import { isSafe } from './same_origin.ts';
import { NOT_CHANGED, NOT_STARTED, type RefusalWords, toProblem } from './to_problem.ts';
import { isUpload } from './uploads.ts';

/** How long a browser shows that a page cannot be read before it loads it again, in seconds. */
const RELOAD_AFTER_S = '5';

interface ErrorAnswers {
  logger: Logger;
  routes: RouteTable;
}

/** An error in the form that the client accepts: JSON, plain text, a fragment or a whole page. */
export async function answerProblem(
  deps: FirstDeps,
  { logger, routes }: ErrorAnswers,
  request: Request,
  thrown: unknown,
  code: string | number,
): Promise<Response> {
  // Elysia wraps errors that a parser throws.
  const error = thrown instanceof ParseError ? thrown.cause : thrown;
  const problem =
    code === 'NOT_FOUND' ? noSuchAddress(request, routes) : problemOf(error, request, routes);
  const { status } = problem;
  // The rest of the file was not read, and nothing can follow it on this connection.
  const closing = isUpload(request) && { connection: 'close' };
  const headers = {
    ...commonHeaders(deps.config),
    ...openerPolicy(request),
    ...closing,
    ...problem.headers,
  };
  const issue = deps.health.noticed(error);
  // A deliberate refusal is no fault, and a known issue has been logged already.
  const isRefusal = error instanceof Problem || error instanceof ModelUnavailable;
  if (status >= 500 && !issue && !isRefusal) {
    const { pathname } = new URL(request.url);
    logger.error('A request failed.', { method: request.method, pathname, error });
  }
  // An export is read by a program, also when it is refused.
  const format = wantsExport(request);
  if (format === 'jsonl' || wantsJson(request) || isOfAgent(request)) {
    return Response.json({ error: problem.json(), status }, { status, headers });
  }
  const model = problem.model();
  if (format === 'csv' || wantsText(request)) return plainText(errorText(model), status, headers);
  if (!isNavigation(request)) return html(ErrorResult({ model }), status, headers);
  // What is wrong with the database or the disk may be mended without the reader's doing.
  const reloading = issue && isSafe(request) ? { ...headers, refresh: RELOAD_AFTER_S } : headers;
  if (!isAuthenticated(request)) {
    return html(BareErrorPage({ theme: themeOf(request), model }), status, reloading);
  }
  return html(ErrorPage({ layout: await layoutOrBare(request, deps), model }), status, reloading);
}

/** Agents read JSON, even if they ask for a stream or for anything; browsers and texts are no agents. */
function isOfAgent(request: Request): boolean {
  if (isNavigation(request) || wantsText(request) || isHtmx(request)) return false;
  return new URL(request.url).pathname === '/mcp';
}

/** A page has links where a program has `nextCursor`. */
function problemOf(error: unknown, request: Request, routes: RouteTable): Problem {
  const problem = toProblem(error, wordsFor(request, routes));
  if (!(error instanceof InvalidCursor) || !isNavigation(request)) return problem;
  return new Problem(problem.status, problem.code, 'There is no such page of this list.', {
    message: 'Open the list again, and go on with the link at its end.',
  });
}

/** The jobs on the page come from the database, which may be the cause of the error. */
async function layoutOrBare(request: Request, deps: FirstDeps): Promise<Layout> {
  try {
    return await layoutOf(request, deps);
  } catch {
    return { ...layoutWithoutJobs(request, deps), taskbar: { jobs: [], now: new Date() } };
  }
}

/** What a request that was refused did not do. */
function wordsFor(request: Request, routes: RouteTable): RefusalWords {
  if (isSafe(request)) return BAD_QUERY;
  return routes.startsJob(request.method, new URL(request.url).pathname)
    ? NOT_STARTED
    : NOT_CHANGED;
}

function noSuchAddress(request: Request, routes: RouteTable): Problem {
  const { method } = request;
  const { pathname } = new URL(request.url);
  const allowed = routes.methodsOf(pathname).join(', ');
  if (!allowed) {
    return new Problem(404, 'not_found', 'Not found.', {
      message: isNavigation(request)
        ? `There is no page ${printable(pathname)}. Use the navigation at the top of the page.`
        : `There is no ${method} ${printable(pathname)}. See ${urlTo('/docs/api')}, or ${urlTo('/openapi.json')} for programs.`,
    });
  }
  return new Problem(405, 'method_not_allowed', 'Method not allowed.', {
    message: `${printable(pathname)} supports ${allowed}, not ${method}.`,
    headers: { allow: allowed },
  });
}
