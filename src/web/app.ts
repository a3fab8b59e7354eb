import type { Database } from 'bun:sqlite';
import { Elysia } from 'elysia';
import type { Logger } from '../platform/logger.ts';
import { once } from '../platform/once.ts';
import type { Replica } from '../platform/replica/replica.ts';
import { setBasePath } from '../text/urls.ts';
import { createAccess } from './auth/index.ts';
import type { FirstDeps, JobDeps } from './deps.ts';
import { authenticate } from './http/authenticate.ts';
import { compressed } from './http/compression.ts';
import { commonHeaders } from './http/headers.ts';
import { readIncoming } from './http/incoming.ts';
import { openerPolicy } from './http/opener_policy.ts';
import { outOfOrder } from './http/problem.ts';
import { plainQueries } from './http/query.ts';
import { forReader } from './http/read_only.ts';
import { rendering } from './http/rendered.ts';
import { createRouteTable } from './http/route_table.ts';
import { isSafe, sameOrigin } from './http/same_origin.ts';
import { LiveTaskbar } from './live/taskbar.ts';
import { assetRoutes } from './routes/assets.ts';
import { dashboard } from './routes/dashboard.tsx';

export type QuickDeps = Omit<FirstDeps, 'live'> & {
  database: Database;
  /** Present when `database` is one. */
  replica?: Replica;
  logger: Logger;
  /** The folder of the compiled program, if it is running. */
  compiled?: string;
};

export type AppDeps = Omit<QuickDeps, 'jobDeps'> & JobDeps;

type Fetch = (request: Request) => Response | Promise<Response>;

/**
 * Authentication must see the same path as the router. Bun's own router takes the raw path, without
 * resolving `..\` in it (Bun 1.4.4), and Elysia 1.4.30 looks for the path after the eleventh
 * character, which is too late for a host name as short as `nas`.
 */
const ROUTING = { systemRouter: false, handler: { standardHostname: false } };

/** Creates the web app. The tracker must already have its job types. */
export async function createApp(given: AppDeps) {
  const { operations, webhooks, schedules } = given;
  const jobDeps = async () => ({ operations, webhooks, schedules });
  const { app, complete } = await createFirstApp({ ...given, jobDeps });
  await complete();
  return app;
}

/**
 * Creates the web app for a server that is to answer soon: it answers requests for the first page and
 * its files at once. All others wait for `complete`, which loads and adds the other routes.
 */
export async function createQuickApp(given: QuickDeps) {
  const { app, complete: addOthers } = await createFirstApp(given);
  const isFirst = isAnswered(app.routes.slice());
  const first = composed(app);
  const complete = once(async () => {
    await addOthers();
    answer = composed(app);
    return answer;
  });
  let answer: Fetch = async (request) =>
    isFirst(request) ? first(request) : (await complete())(request);
  // A base path is refused where it is the name of a page, and only all routes tell.
  if (given.config.basePath !== '') await complete();
  return { app, complete, fetch: (request: Request) => answer(request) };
}

/** Whether one of the routes answers a request, which has no base path. */
function isAnswered(routes: { method: string; path: string }[]) {
  const { methodsOf } = createRouteTable(() => routes);
  return ({ method, url }: Request) =>
    method === 'GET' && methodsOf(PATH.exec(url)?.[1] ?? '').includes(method);
}

/** Agents mostly read there, and are told in the form of their protocol what cannot be written. */
const AGENTS = '/mcp';

const PATH = /^https?:\/\/[^/?#]*(\/[^?#]*)/;

/** What every request passes through, and the routes of the first page. */
async function createFirstApp({ database, replica, logger, compiled, ...given }: QuickDeps) {
  const deps = { ...given, live: new LiveTaskbar(given.tracker, given.health) };
  const { config, closing } = deps;
  const access = createAccess(config, database, replica);
  const root = new Elysia(ROUTING);
  setBasePath(config.basePath);
  readIncoming(root, { config, logger });
  const errors = { logger, routes: createRouteTable(() => root.routes) };
  const app = root
    .onError(async ({ error, code, request }) => {
      const { answerProblem } = await import('./http/errors.tsx');
      const problem = await answerProblem(deps, errors, request, error, code);
      const answer = await forReader(request, problem);
      return (await compressed(request, answer)) ?? answer;
    })
    .headers(commonHeaders(config))
    .onRequest(({ request, set }) => void Object.assign(set.headers, openerPolicy(request)))
    .use(sameOrigin(config))
    .use(authenticate({ access, closing, logger, server: () => root.server }))
    .onBeforeHandle({ as: 'global' }, ({ request, path }) => {
      const obstacle = isSafe(request) || path === AGENTS ? undefined : deps.health.obstacle();
      if (obstacle) throw outOfOrder(obstacle);
    })
    .use(rendering())
    .use(plainQueries())
    .use(await assetRoutes(compiled))
    .use(dashboard(deps));
  const complete = async () => {
    const { addOtherRoutes } = await import('./other_routes.ts');
    await addOtherRoutes(root, { ...deps, ...(await deps.jobDeps()), access, database, logger });
  };
  return { app, complete };
}

/**
 * The app's answers with the routes that it has by now. Elysia 1.4.30 composes its handler when it is
 * first read, and keeps one `NotFoundError` in it for all requests. Bun 1.4.4 resolves the stack of an
 * error that is still alive at a garbage collection, and the first such stack makes it parse the source
 * map: 20 ms, during the first request. This error is made without a stack, which would be the same for
 * every address anyway.
 */
function composed(app: { fetch: Fetch }): Fetch {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    Reflect.deleteProperty(app, 'fetch');
    return app.fetch;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
