import { ParseError } from 'elysia';
import { ErrorResult } from '../../../views/forms/error_result.tsx';
import { BareErrorPage, ErrorPage } from '../../../views/pages/error.tsx';
import type { Layout } from '../../../views/view_models.ts';
import type { Logger } from '../../platform/logger.ts';
import { errorText } from '../../text/error_text.ts';
import type { WebDeps } from '../deps.ts';
import { layoutOf, layoutWithoutJobs, themeOf } from '../routes/layout.ts';
import { isAuthenticated } from './authenticate.ts';
import { isNavigation, wantsJson, wantsText } from './negotiation.ts';
import { Problem, printable, toProblem } from './problem.ts';
import { html, plainText } from './responses.ts';
import { EVERY_ANSWER } from './same_origin.ts';

interface ErrorAnswers {
  logger: Logger;
  /** The methods that an address takes. */
  allowedMethods(pathname: string): string[];
}

/** Any error in the form that the client accepts: JSON, a fragment, or a page that looks like the rest. */
export async function answerProblem(
  services: WebDeps,
  { logger, allowedMethods }: ErrorAnswers,
  request: Request,
  thrown: unknown,
  code: string | number,
): Promise<Response> {
  // What a parser throws Elysia wraps up.
  const error = thrown instanceof ParseError ? thrown.cause : thrown;
  const problem = code === 'NOT_FOUND' ? noSuchAddress(request, allowedMethods) : toProblem(error);
  const { status } = problem;
  const headers = { ...EVERY_ANSWER, ...problem.headers };
  const issue = services.health.noticed(error);
  // What was refused on purpose is no fault, and what is known needs no second line in the log.
  if (status >= 500 && !issue && !(error instanceof Problem)) {
    const { pathname } = new URL(request.url);
    logger.error('A request failed.', { method: request.method, pathname, error });
  }
  if (wantsJson(request)) {
    return Response.json({ error: problem.json(), status }, { status, headers });
  }
  const model = problem.model();
  if (wantsText(request)) return plainText(errorText(model), status, headers);
  if (!isNavigation(request)) return html(ErrorResult({ model }), status, headers);
  if (!isAuthenticated(request)) {
    return html(BareErrorPage({ theme: themeOf(request), model }), status, headers);
  }
  return html(ErrorPage({ layout: layoutOrBare(request, services), model }), status, headers);
}

/** The jobs on an error page come from the database, which may be what failed. */
function layoutOrBare(request: Request, services: WebDeps): Layout {
  try {
    return layoutOf(request, services);
  } catch {
    return { ...layoutWithoutJobs(request, services), taskbar: { jobs: [], now: new Date() } };
  }
}

function noSuchAddress(request: Request, allowedMethods: ErrorAnswers['allowedMethods']): Problem {
  const { method } = request;
  const { pathname } = new URL(request.url);
  const allowed = allowedMethods(pathname).join(', ');
  if (!allowed) {
    return new Problem(404, 'not_found', 'Not found.', {
      message: `${method} ${printable(pathname)} does not exist. ${isNavigation(request) ? 'Use the navigation at the top of the page.' : '/docs/api describes every address, /openapi.json for programs.'}`,
    });
  }
  return new Problem(405, 'method_not_allowed', 'Method not allowed.', {
    message: `${printable(pathname)} takes ${allowed}, not ${method}.`,
    headers: { allow: allowed },
  });
}
