import type { Elysia } from 'elysia';
import type { z } from 'zod';
import type { SCHEMAS } from './contract/answers.ts';
import type { WebDeps } from './deps.ts';
import { auditRoutes } from './routes/audit.tsx';
import { batchRoutes } from './routes/batch.tsx';
import { bulkRoutes } from './routes/bulk.tsx';
import { findRoutes } from './routes/find.tsx';
import { healthRoute } from './routes/health.ts';
import { historyRoutes } from './routes/history.tsx';
import { importRoutes } from './routes/imports.tsx';
import {
  jobChangeRoutes,
  jobDismissalRoutes,
  jobPinRoutes,
  jobRemovalRoutes,
} from './routes/job_changes.tsx';
import { logRoutes } from './routes/job_log.ts';
import { jobRoutes } from './routes/jobs.tsx';
import { libraryRoutes } from './routes/library.tsx';
import { queueRoutes, sourceQueueRoutes, typeChangeRoutes } from './routes/queues.tsx';
import {
  savedFindChangeRoutes,
  savedFindNameRoutes,
  savedFindRoutes,
} from './routes/saved_finds.tsx';
import { scheduleChangeRoutes, scheduleEditRoutes } from './routes/schedule_changes.tsx';
import { addScheduleRoute, scheduleRoutes } from './routes/schedules.tsx';
import { sessionRemovalRoutes, sessionRoutes } from './routes/sessions.tsx';
import { sourceChangeRoutes, sourceRoutes } from './routes/sources.tsx';
import { startRoutes } from './routes/starts.tsx';
import { webhookChangeRoutes, webhookReadRoutes, webhookRoutes } from './routes/webhooks.tsx';

/**
 * Adds the API routes, except the streams. Routes are functions that add themselves to the app: of a plugin
 * Elysia would register each route twice.
 */
export function addApiRoutes(app: Elysia, deps: WebDeps) {
  return app
    .use(startRoutes(deps))
    .use(batchRoutes(deps))
    .use(jobRoutes(deps))
    .use(sessionRoutes(deps))
    .use(sessionRemovalRoutes(deps))
    .use(jobChangeRoutes(deps))
    .use(jobDismissalRoutes(deps))
    .use(jobPinRoutes(deps))
    .use(jobRemovalRoutes(deps))
    .use(bulkRoutes(deps))
    .use(logRoutes(deps))
    .use(historyRoutes(deps))
    .use(auditRoutes(deps))
    .use(findRoutes(deps))
    .use(savedFindRoutes(deps))
    .use(savedFindChangeRoutes(deps))
    .use(savedFindNameRoutes(deps))
    .use(libraryRoutes(deps))
    .use(importRoutes(deps))
    .use(sourceRoutes(deps))
    .use(sourceChangeRoutes(deps))
    .use(webhookRoutes(deps))
    .use(webhookReadRoutes(deps))
    .use(webhookChangeRoutes(deps))
    .use(scheduleRoutes(deps))
    .use(addScheduleRoute(deps))
    .use(scheduleEditRoutes(deps))
    .use(scheduleChangeRoutes(deps))
    .use(queueRoutes(deps))
    .use(typeChangeRoutes(deps))
    .use(sourceQueueRoutes(deps))
    .use(healthRoute(deps));
}

/**
 * The JSON side of the API for `@elysiajs/eden`, which revives dates:
 *
 *     import type { Api } from 'xgpt/api';
 *     const { api } = treaty<Api>('localhost:3000', { headers: { accept: 'application/json' } });
 *     const { data, error } = await api.scrape.post({ username: 'aurora_lab' });
 *
 * Without that header the answers are HTML. `xgpt/client` follows jobs live.
 */
export type Api = ReturnType<typeof addApiRoutes>;

/** The JSON of every refusal. */
export type Refusal = z.output<ReturnType<(typeof SCHEMAS)['Error']>>;
