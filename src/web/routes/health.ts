import { Elysia } from 'elysia';
import { about, refusals, returns } from '../contract/declare.ts';
import { NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { isAuthenticated } from '../http/authenticate.ts';
import { respond } from '../http/rendered.ts';

/** For those who watch the server from outside: 503 as long as something keeps it from working. */
export function health({ tracker, live, vitals }: WebDeps) {
  const startedAt = Date.now();
  return new Elysia({ name: 'health' }).get(
    '/healthz',
    async ({ request, set, status }) => {
      if (vitals.trouble) await vitals.check();
      const counts = countsOrNothing();
      const report = { ...statusOf(vitals), ...(isAuthenticated(request) && details(counts)) };
      if (!vitals.trouble) return respond(() => report, {});
      set.headers['retry-after'] = '5';
      return status(
        503,
        respond(() => report, {}),
      );
    },
    {
      query: NO_QUERY,
      response: {
        ...refusals(),
        200: returns('Health', 'It works.', JSON_ONLY),
        503: returns(
          'Health',
          'Something keeps it from writing; problems say what to do.',
          JSON_ONLY,
        ),
      },
      detail: about(
        'Read',
        'read_health',
        'Whether the server can work; without access only the status',
        { security: [] },
      ),
    },
  );

  function details(counts: ReturnType<typeof countsOrNothing>) {
    return {
      problems: vitals.notices.map(({ code, title, advice, since }) => ({
        code,
        message: `${title} ${advice}`,
        since,
      })),
      uptimeSeconds: Math.floor((Date.now() - startedAt) / 1000),
      watchers: live.watchers,
      ...counts,
    };
  }

  /** When the database cannot be read, the rest is told all the same. */
  function countsOrNothing() {
    try {
      const { running, waiting } = tracker.reader.countActive();
      return { activeJobs: running + waiting, processes: vitals.processes() };
    } catch (error) {
      if (!vitals.noticed(error)) throw error;
      return {};
    }
  }
}

const JSON_ONLY = { types: ['application/json'] };

function statusOf({ trouble }: WebDeps['vitals']): { status: 'ok' | 'failing' } {
  return { status: trouble ? 'failing' : 'ok' };
}
