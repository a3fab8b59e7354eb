import type { Elysia } from 'elysia';
import { LoginPage } from '../../../views/pages/login.tsx';
import type { Tracker } from '../../jobs/index.ts';
import type { Logger } from '../../platform/logger.ts';
import { basePath, urlTo } from '../../text/urls.ts';
import { type Access, SIGN_IN_SECONDS } from '../auth/index.ts';
import { LOGIN_BODY, LOGIN_QUERY } from '../contract/requests.ts';
import { actorOf, signInName, signingIn } from '../http/actor.ts';
import {
  accessRequired,
  checkToken,
  isAuthenticated,
  isReader,
  SIGN_IN_COOKIE,
  signInIdOf,
} from '../http/authenticate.ts';
import { parseFields } from '../http/body.ts';
import { isOverTls } from '../http/incoming.ts';
import { isNavigation } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import { html, seeOther } from '../http/responses.ts';
import { localUrl } from '../http/same_site.ts';
import { themeOf } from './layout.ts';

interface AccessParts {
  access: Access | undefined;
  logger: Logger;
  tracker: Pick<Tracker, 'audit'>;
}

/** Sign in with the token and out again; without a token there is nothing to sign in to. */
export function accessRoutes({ access, logger, tracker }: AccessParts) {
  if (!access) return (app: Elysia) => app;
  const { signIns } = access;

  return (app: Elysia) =>
    app
      .get(
        '/login',
        ({ request, query }) => {
          const next = localUrl(query.next);
          return isAuthenticated(request) ? seeOther(next) : loginPage(request, next);
        },
        { query: LOGIN_QUERY, detail: { hide: true } },
      )
      .post(
        '/login',
        async ({ request, server, body: { token, next: wanted } }) => {
          const next = localUrl(typeof wanted === 'string' ? wanted : undefined);
          try {
            const given = typeof token === 'string' ? token.trim() : '';
            const role = await checkToken(access, logger, given, { request, server });
            if (!role) throw wrongToken(request);
            const id = await signIns[role].open((opened) => {
              const record = tracker.audit.recorder(signingIn({ request, server }, opened));
              record('sign_in', { ...entryOf(opened), after: { role } });
            });
            return signedIn(request, id, next);
          } catch (error) {
            if (!(error instanceof Problem) || !isNavigation(request)) throw error;
            return loginPage(request, next, error);
          }
        },
        { parse: parseFields, body: LOGIN_BODY, detail: { hide: true } },
      )
      .post(
        '/logout',
        async ({ request, server }) => {
          const signIn = signInIdOf(request);
          const role = isReader(request) ? 'reader' : 'owner';
          if (signIn !== undefined) {
            const record = tracker.audit.recorder(actorOf({ request, server }));
            await signIns[role].close(signIn, () => record('sign_out', entryOf(signIn)));
          }
          const answer = seeOther(urlTo('/login'));
          answer.headers.set('set-cookie', cookie(request, '', 0));
          return answer;
        },
        { detail: { hide: true } },
      );
}

function entryOf(signIn: string) {
  return { kind: 'sign_in', target: signInName(signIn) } as const;
}

function loginPage(request: Request, next: string, problem?: Problem) {
  const token = problem && `${problem.message} ${problem.advice}`;
  const model = { next, form: { values: {}, errors: { ...(token && { token }) } } };
  const page = LoginPage({ theme: themeOf(request), model });
  return html(page, problem?.status ?? 200, problem?.headers);
}

function wrongToken(request: Request): Problem {
  const { headers } = accessRequired(request);
  return new Problem(401, 'unauthorised', 'Wrong token.', {
    message: 'Copy the whole value of XGPT_TOKEN, or of XGPT_READ_TOKEN to read only.',
    headers,
  });
}

function signedIn(request: Request, signIn: string, next: string): Response {
  const answer = seeOther(next);
  answer.headers.set('set-cookie', cookie(request, signIn, SIGN_IN_SECONDS));
  return answer;
}

function cookie(request: Request, value: string, maxAge: number): string {
  const secure = isOverTls(request) ? '; Secure' : '';
  return `${SIGN_IN_COOKIE}=${value}; Max-Age=${maxAge}; Path=${basePath() || '/'}; HttpOnly; SameSite=Strict${secure}`;
}
