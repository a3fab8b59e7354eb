import { Elysia } from 'elysia';
import type { WebServices } from './services.ts';

/** For those who watch the server from outside. */
export function health({ tracker, live }: WebServices) {
  const startedAt = Date.now();
  return new Elysia({ name: 'health' }).get('/healthz', () => {
    const active = tracker.getActiveJobs();
    const uptimeSeconds = Math.floor((Date.now() - startedAt) / 1000);
    return Response.json({
      status: 'ok',
      uptimeSeconds,
      activeJobs: active.length,
      watchers: live.watchers,
    });
  });
}
