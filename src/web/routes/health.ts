import type { Elysia } from 'elysia';
import { about, refusals, returns } from '../contract/declare.ts';
import { NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { isAuthenticated } from '../http/authenticate.ts';
import { respond } from '../http/rendered.ts';

const JSON_ONLY = { types: ['application/json'] };

const HEALTH = {
  query: NO_QUERY,
  response: {
    ...refusals(),
    200: returns('Health', 'The server works.', JSON_ONLY),
    503: returns(
      'Health',
      'The database cannot be used, or the disk is full; `problems` says what to do.',
      JSON_ONLY,
    ),
  },
  detail: about('Read', 'read_health', 'Server health; only `status` without authentication', {
    security: [],
  }),
};

/** For monitoring: 503 while the database cannot be used, or the disk is full. */
export function healthRoute({ tracker, streams, health }: WebDeps) {
  const startedAt = Date.now();
  return (app: Elysia) =>
    app.get(
      '/healthz',
      async ({ request, set, status }) => {
        // Files that were moved or deleted are noticed now, not at the next check.
        health.obstacle();
        if (health.isFailing) await health.check();
        const counts = await countsIfReadable();
        const report = { ...statusOf(health), ...(isAuthenticated(request) && details(counts)) };
        if (!health.isFailing) return respond(() => report, {});
        set.headers['retry-after'] = '5';
        return status(
          503,
          respond(() => report, {}),
        );
      },
      HEALTH,
    );

  function details(counts: Awaited<ReturnType<typeof countsIfReadable>>) {
    return {
      problems: health.notices.map(({ code, title, advice, since }) => ({
        code,
        message: `${title} ${advice}`,
        since,
      })),
      uptimeSeconds: Math.floor((Date.now() - startedAt) / 1000),
      watchers: streams.open,
      ...counts,
    };
  }

  /** Empty when the database cannot be read: the other fields do not need it. */
  async function countsIfReadable() {
    try {
      const { running, waiting } = await tracker.reader.countActive();
      return { activeJobs: running + waiting, processes: health.processes.list() };
    } catch (error) {
      if (!health.noticed(error)) throw error;
      return {};
    }
  }
}

function statusOf({ isFailing }: WebDeps['health']): { status: 'ok' | 'failing' } {
  return { status: isFailing ? 'failing' : 'ok' };
}
