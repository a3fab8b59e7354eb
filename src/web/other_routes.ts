import type { Database } from 'bun:sqlite';
import type { Elysia } from 'elysia';
import { loadForms } from '../operations/index.ts';
import { InvalidConfig } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { writerOf } from '../platform/writer.ts';
import { addApiRoutes } from './api.ts';
import type { Access } from './auth/index.ts';
import type { FirstDeps, JobDeps, WebDeps } from './deps.ts';
import { createIdempotent } from './http/idempotency.ts';
import { createIdempotencyKeys } from './http/idempotency_keys.ts';
import { EventStreams } from './live/event_streams.ts';
import { JobUpdates } from './live/job_updates.ts';
import { createArchivePictures } from './routes/archive_pictures.ts';
import { auditPage } from './routes/audit.tsx';
import { accessRoutes } from './routes/auth.tsx';
import { findPages } from './routes/find_page.tsx';
import { historyPage } from './routes/history.tsx';
import { jobDetailPage } from './routes/job_page.tsx';
import { jobPages } from './routes/job_pages.tsx';
import { mcpRoute } from './routes/mcp.ts';
import { metricsRoute } from './routes/metrics.ts';
import { openapiRoutes } from './routes/openapi.tsx';
import { profilesPage } from './routes/profiles.tsx';
import { editSchedulePage } from './routes/schedule_changes.tsx';
import { schedulesPage } from './routes/schedules.tsx';
import { sourcesPage } from './routes/sources.tsx';
import { startPages } from './routes/start_pages.tsx';
import { streamRoutes } from './routes/streams.ts';
import { webhooksPage } from './routes/webhooks.tsx';
import { workersPage } from './routes/workers_page.tsx';

type OtherDeps = FirstDeps &
  JobDeps & {
    access: Access | undefined;
    database: Database;
    logger: Logger;
  };

/**
 * Adds all routes that the first page does without. Whatever they import loads after the server's
 * first answer.
 * @throws InvalidConfig when the base path is one of their paths.
 */
export async function addOtherRoutes(
  app: Elysia,
  { access, database, logger, ...given }: OtherDeps,
): Promise<void> {
  const streamFailed = (error: unknown) => {
    if (!given.health.noticed(error)) logger.error('An error has ended a stream.', { error });
  };
  const deps: WebDeps = {
    ...given,
    streamFailed,
    forms: await loadForms(),
    updates: new JobUpdates(given.tracker.feed),
    streams: new EventStreams({
      maxOpen: given.config.maxConnections,
      onError: streamFailed,
    }),
    idempotent: createIdempotent(createIdempotencyKeys(database)),
    pictures: createArchivePictures(given.importsDir),
  };
  app.use(accessRoutes({ access, logger, tracker: given.tracker }));
  addApiRoutes(app, deps);
  app
    .use(streamRoutes(deps))
    .use(metricsRoute(deps, writerOf(database)))
    .use(mcpRoute(deps, logger))
    .use(profilesPage(deps))
    .use(findPages(deps))
    .use(jobDetailPage(deps))
    .use(jobPages(deps))
    .use(historyPage(deps))
    .use(auditPage(deps))
    .use(webhooksPage(deps))
    .use(sourcesPage(deps))
    .use(schedulesPage(deps))
    .use(editSchedulePage(deps))
    .use(workersPage(deps))
    .use(startPages(deps))
    .use(openapiRoutes(deps, () => app));
  refuseOwnPath(deps.config.basePath, app.routes);
}

/** With one of the program's own paths as base, `/jobs/bulk` would have two meanings. */
function refuseOwnPath(basePath: string, routes: { path: string }[]): void {
  const first = (path: string) => path.split('/')[1];
  if (basePath === '' || !routes.some(({ path }) => first(path) === first(basePath))) return;
  throw new InvalidConfig(
    `XGPT_BASE_PATH: must not begin like a page of the program (is "${basePath}"). Use a path such as /xgpt.`,
  );
}
