import { html } from '@elysiajs/html';
import { Elysia } from 'elysia';
import type { Logger } from './logger.ts';
import { assetRoutes } from './routes/assets.ts';
import { answerProblem } from './routes/error_answer.tsx';
import { guard, isSafe } from './routes/guard.ts';
import { health } from './routes/health.ts';
import { importRoutes } from './routes/import_routes.tsx';
import { jobRoutes } from './routes/job_routes.tsx';
import { jobStreams } from './routes/job_streams.ts';
import { libraryRoutes } from './routes/library_routes.tsx';
import { createLiveTaskbar } from './routes/live_taskbar.tsx';
import { pages } from './routes/pages.tsx';
import { outOfOrder } from './routes/problem.ts';
import type { WebServices } from './routes/services.ts';
import { startPages } from './routes/start_pages.tsx';
import { startRoutes } from './routes/start_routes.tsx';

export type AppServices = Omit<WebServices, 'live'> & { logger: Logger };

/** The web side over a tracker that knows its job types already. */
export async function createApp({ logger, ...given }: AppServices) {
  const services: WebServices = { ...given, live: createLiveTaskbar(given.tracker) };
  return new Elysia()
    .onError(({ error, code, request }) => answerProblem(services, logger, request, error, code))
    .use(guard(services.config.host))
    .onBeforeHandle({ as: 'global' }, ({ request }) => {
      const obstacle = isSafe(request) ? undefined : services.vitals.obstacle();
      if (obstacle) throw outOfOrder(obstacle);
    })
    .use(html())
    .use(await assetRoutes())
    .use(health(services))
    .use(jobStreams(services))
    .use(jobRoutes(services))
    .use(startRoutes(services))
    .use(libraryRoutes(services))
    .use(importRoutes(services))
    .use(pages(services))
    .use(startPages(services));
}
