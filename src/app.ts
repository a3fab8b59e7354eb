import type { Database } from 'bun:sqlite';
import { Elysia } from 'elysia';
import { createAccess } from './access/index.ts';
import { createIdempotencyKeys } from './idempotency_keys.ts';
import type { Logger } from './logger.ts';
import { accessRoutes } from './routes/access_routes.tsx';
import { createAllowedMethods } from './routes/allowed_methods.ts';
import { assetRoutes } from './routes/assets.ts';
import { bulkRoutes } from './routes/bulk_routes.tsx';
import { compressed, compression } from './routes/compression.ts';
import { answerProblem } from './routes/error_answer.tsx';
import { gate } from './routes/gate.ts';
import { guard, isSafe } from './routes/guard.ts';
import { health } from './routes/health.ts';
import { historyRoutes } from './routes/history_routes.tsx';
import { createIdempotent } from './routes/idempotency.ts';
import { importRoutes } from './routes/import_routes.tsx';
import { jobDetailPage } from './routes/job_detail_page.tsx';
import { jobPages } from './routes/job_pages.tsx';
import { jobRoutes } from './routes/job_routes.tsx';
import { jobStreams } from './routes/job_streams.ts';
import { libraryRoutes } from './routes/library_routes.tsx';
import { createLiveTaskbar } from './routes/live_taskbar.tsx';
import { logRoutes } from './routes/log_routes.ts';
import { openapiRoutes } from './routes/openapi_routes.tsx';
import { pages } from './routes/pages.tsx';
import { outOfOrder } from './routes/problem.ts';
import type { WebServices } from './routes/services.ts';
import { startPages } from './routes/start_pages.tsx';
import { startRoutes } from './routes/start_routes.tsx';
import { trackedStream } from './routes/tracked_stream.ts';

export type AppServices = Omit<WebServices, 'live' | 'idempotent'> & {
  database: Database;
  logger: Logger;
  /** The folder of the compiled program, when it is what runs. */
  compiled?: string;
};

/**
 * The gate must see the path that routes are chosen by. Bun's own router takes the path as it was
 * sent, without resolving `..\` in it (Bun 1.4.4), and Elysia 1.4.30 looks for a path after the
 * eleventh character, which is inside of it for a name as short as `nas`.
 */
const ROUTING = { systemRouter: false, handler: { standardHostname: false } };

/** The web side over a tracker that knows its job types already. */
export async function createApp({ database, logger, compiled, ...given }: AppServices) {
  const services: WebServices = {
    ...given,
    live: createLiveTaskbar(given.tracker, given.vitals),
    idempotent: createIdempotent(createIdempotencyKeys(database)),
  };
  const { config, closing } = services;
  const access = createAccess(config.token, database);
  const root = new Elysia(ROUTING);
  const errors = { logger, allowedMethods: createAllowedMethods(() => root.routes) };
  return root
    .onError(async ({ error, code, request }) => {
      const answer = await answerProblem(services, errors, request, error, code);
      return (await compressed(request, answer)) ?? answer;
    })
    .use(guard(config))
    .use(gate({ access, closing, logger, server: () => root.server }))
    .onBeforeHandle({ as: 'global' }, ({ request }) => {
      const obstacle = isSafe(request) ? undefined : services.vitals.obstacle();
      if (obstacle) throw outOfOrder(obstacle);
    })
    .use(compression())
    .use(await assetRoutes(compiled))
    .use(accessRoutes({ access, logger }))
    .use(health(services))
    .use(jobStreams(services))
    .use(trackedStream(services))
    .use(bulkRoutes(services))
    .use(jobRoutes(services))
    .use(logRoutes(services))
    .use(startRoutes(services))
    .use(libraryRoutes(services))
    .use(importRoutes(services))
    .use(pages(services))
    .use(jobDetailPage(services))
    .use(jobPages(services))
    .use(historyRoutes(services))
    .use(startPages(services))
    .use(openapiRoutes(services, () => root));
}
