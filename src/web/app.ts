import type { Database } from 'bun:sqlite';
import { Elysia } from 'elysia';
import { loadForms } from '../operations/index.ts';
import { InvalidConfig } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { writerOf } from '../platform/writer.ts';
import { setBasePath } from '../text/urls.ts';
import { addApiRoutes } from './api.ts';
import { createAccess } from './auth/index.ts';
import type { WebDeps } from './deps.ts';
import { createAllowedMethods } from './http/allowed_methods.ts';
import { authenticate } from './http/authenticate.ts';
import { compressed } from './http/compression.ts';
import { answerProblem } from './http/errors.tsx';
import { commonHeaders } from './http/headers.ts';
import { createIdempotent } from './http/idempotency.ts';
import { createIdempotencyKeys } from './http/idempotency_keys.ts';
import { readIncoming } from './http/incoming.ts';
import { outOfOrder } from './http/problem.ts';
import { plainQueries } from './http/query.ts';
import { forReader } from './http/read_only.ts';
import { rendering } from './http/rendered.ts';
import { isSafe, sameOrigin } from './http/same_origin.ts';
import { EventStreams } from './live/event_streams.ts';
import { JobUpdates } from './live/job_updates.ts';
import { LiveTaskbar } from './live/taskbar.ts';
import { assetRoutes } from './routes/assets.ts';
import { auditPage } from './routes/audit.tsx';
import { accessRoutes } from './routes/auth.tsx';
import { findPages } from './routes/find_page.tsx';
import { historyPage } from './routes/history.tsx';
import { jobDetailPage } from './routes/job_page.tsx';
import { jobPages } from './routes/job_pages.tsx';
import { metricsRoute } from './routes/metrics.ts';
import { openapiRoutes } from './routes/openapi.tsx';
import { pages } from './routes/pages.tsx';
import { schedulesPage } from './routes/schedules.tsx';
import { sourcesPage } from './routes/sources.tsx';
import { startPages } from './routes/start_pages.tsx';
import { streamRoutes } from './routes/streams.ts';
import { webhooksPage } from './routes/webhooks.tsx';
import { workersPage } from './routes/workers_page.tsx';

export type AppDeps = Omit<
  WebDeps,
  'live' | 'updates' | 'streams' | 'streamFailed' | 'idempotent' | 'forms'
> & {
  database: Database;
  logger: Logger;
  /** The folder of the compiled program, if it is running. */
  compiled?: string;
};

/**
 * Authentication must see the same path as the router. Bun's own router takes the raw path, without
 * resolving `..\` in it (Bun 1.4.4), and Elysia 1.4.30 looks for the path after the eleventh
 * character, which is too late for a host name as short as `nas`.
 */
const ROUTING = { systemRouter: false, handler: { standardHostname: false } };

/** Creates the web app. The tracker must already have its job types. */
export async function createApp({ database, logger, compiled, ...given }: AppDeps) {
  const streamFailed = (error: unknown) => {
    if (!given.health.noticed(error)) logger.error('An error has ended a stream.', { error });
  };
  const deps: WebDeps = {
    ...given,
    streamFailed,
    forms: await loadForms(),
    live: new LiveTaskbar(given.tracker, given.health),
    updates: new JobUpdates(given.tracker.feed),
    streams: new EventStreams({
      maxOpen: given.config.maxConnections,
      onError: streamFailed,
    }),
    idempotent: createIdempotent(createIdempotencyKeys(database)),
  };
  const { config, closing } = deps;
  const access = createAccess(config, database);
  const root = new Elysia(ROUTING);
  setBasePath(config.basePath);
  readIncoming(root, { config, logger });
  const errors = { logger, allowedMethods: createAllowedMethods(() => root.routes) };
  const app = root
    .onError(async ({ error, code, request }) => {
      const problem = await answerProblem(deps, errors, request, error, code);
      const answer = await forReader(request, problem);
      return (await compressed(request, answer)) ?? answer;
    })
    .headers(commonHeaders(config))
    .use(sameOrigin(config))
    .use(authenticate({ access, closing, logger, server: () => root.server }))
    .onBeforeHandle({ as: 'global' }, ({ request }) => {
      const obstacle = isSafe(request) ? undefined : deps.health.obstacle();
      if (obstacle) throw outOfOrder(obstacle);
    })
    .use(rendering())
    .use(plainQueries())
    .use(await assetRoutes(compiled))
    .use(accessRoutes({ access, logger, tracker: deps.tracker }))
    .use((app) => {
      // Nothing reads the types of all routes here, and TypeScript gives up on that many.
      addApiRoutes(app as unknown as Elysia, deps);
      return app;
    })
    .use(streamRoutes(deps))
    .use(metricsRoute(deps, writerOf(database)))
    .use(pages(deps))
    .use(findPages(deps))
    .use(jobDetailPage(deps))
    .use(jobPages(deps))
    .use(historyPage(deps))
    .use(recordPages(deps))
    .use(sourcesPage(deps))
    .use(schedulesPage(deps))
    .use(workersPage(deps))
    .use(startPages(deps))
    .use(openapiRoutes(deps, () => root));
  refuseOwnPath(config.basePath, root.routes);
  return app;
}

/** Who did what, and who is told of it. */
function recordPages(deps: WebDeps) {
  return (app: Elysia) => app.use(auditPage(deps)).use(webhooksPage(deps));
}

/** With one of the program's own paths as base, `/jobs/bulk` would have two meanings. */
function refuseOwnPath(basePath: string, routes: { path: string }[]): void {
  const first = (path: string) => path.split('/')[1];
  if (basePath === '' || !routes.some(({ path }) => first(path) === first(basePath))) return;
  throw new InvalidConfig(
    `XGPT_BASE_PATH: must not begin like a page of the program (is "${basePath}"). Use a path such as /xgpt.`,
  );
}
