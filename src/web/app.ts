import type { Database } from 'bun:sqlite';
import { Elysia } from 'elysia';
import type { Logger } from '../platform/logger.ts';
import { createAccess } from './auth/index.ts';
import type { WebDeps } from './deps.ts';
import { createAllowedMethods } from './http/allowed_methods.ts';
import { gate } from './http/authenticate.ts';
import { compressed, compression } from './http/compression.ts';
import { answerProblem } from './http/errors.tsx';
import { createIdempotent } from './http/idempotency.ts';
import { createIdempotencyKeys } from './http/idempotency_keys.ts';
import { outOfOrder } from './http/problem.ts';
import { guard, isSafe } from './http/same_origin.ts';
import { EventStreams } from './live/event_streams.ts';
import { JobUpdates } from './live/job_updates.ts';
import { LiveTaskbar } from './live/taskbar.ts';
import { assetRoutes } from './routes/assets.ts';
import { accessRoutes } from './routes/auth.tsx';
import { bulkRoutes } from './routes/bulk.tsx';
import { healthRoute } from './routes/health.ts';
import { historyRoutes } from './routes/history.tsx';
import { importRoutes } from './routes/imports.tsx';
import { logRoutes } from './routes/job_log.ts';
import { jobDetailPage } from './routes/job_page.tsx';
import { jobPages } from './routes/job_pages.tsx';
import { jobRoutes } from './routes/jobs.tsx';
import { libraryRoutes } from './routes/library.tsx';
import { openapiRoutes } from './routes/openapi.tsx';
import { pages } from './routes/pages.tsx';
import { startPages } from './routes/start_pages.tsx';
import { startRoutes } from './routes/starts.tsx';
import { streamRoutes } from './routes/streams.ts';

export type AppDeps = Omit<WebDeps, 'live' | 'updates' | 'streams' | 'idempotent'> & {
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
export async function createApp({ database, logger, compiled, ...given }: AppDeps) {
  const services: WebDeps = {
    ...given,
    live: new LiveTaskbar(given.tracker, given.health),
    updates: new JobUpdates(given.tracker.feed),
    streams: new EventStreams({
      maxOpen: given.config.maxConnections,
      isKnown: (error) => given.health.noticed(error) !== undefined,
    }),
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
      const obstacle = isSafe(request) ? undefined : services.health.obstacle();
      if (obstacle) throw outOfOrder(obstacle);
    })
    .use(compression())
    .use(await assetRoutes(compiled))
    .use(accessRoutes({ access, logger }))
    .use(healthRoute(services))
    .use(streamRoutes(services))
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
