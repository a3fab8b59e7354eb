import type { Elysia } from 'elysia';
import { DashboardPage } from '../../../views/pages/dashboard.tsx';
import { ProfilesPage } from '../../../views/pages/profiles.tsx';
import type { DashboardModel } from '../../../views/view_models.ts';
import type { FinalStatus, Tracker } from '../../jobs/index.ts';
import { toProfilesQuery } from '../../operations/find_posts.ts';
import { NO_QUERY, PROFILES_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { html } from '../http/responses.ts';
import { nextHrefOf } from './find_page.tsx';
import { layoutOf } from './layout.ts';
import { beginnings, quickStarts } from './start_pages.tsx';

const HOUR_MS = 3_600_000;

type Hour = DashboardModel['hours'][number];

/** The dashboard, and the people. */
export function pages(deps: WebDeps) {
  const { library } = deps;

  return (app: Elysia) =>
    app
      .get(
        '/',
        ({ request }) =>
          html(DashboardPage({ layout: layoutOf(request, deps), model: dashboard(deps) })),
        { query: NO_QUERY, detail: { hide: true } },
      )
      .get(
        '/profiles',
        ({ request, query: typed }) => {
          const query = toProfilesQuery(typed);
          const page = library.profiles(query);
          const model = { page, query, nextHref: nextHrefOf(request, page.nextCursor) };
          return html(ProfilesPage({ layout: layoutOf(request, deps), model }));
        },
        { query: PROFILES_QUERY, detail: { hide: true } },
      );
}

function dashboard(deps: WebDeps): DashboardModel {
  const { tracker, library } = deps;
  const hours = lastHours(tracker);
  const recent = tracker.reader.listJobs({ limit: 10 }).jobs;
  return {
    counts: library.counts(),
    lastDay: {
      jobs: sum(hours, 'completed', 'failed', 'cancelled', 'active'),
      failed: sum(hours, 'failed'),
    },
    hours,
    recent,
    // Parsed only when needed: building the schema takes 1 ms of the first page.
    get starts() {
      return quickStarts(deps, recent);
    },
    get beginnings() {
      return beginnings(deps);
    },
    withoutVector: library.countWithoutVector(deps.embedder.model),
  };
}

/** Jobs by the hour in which they ended; active ones count for the current hour. */
function lastHours(tracker: Tracker): Hour[] {
  const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const span = { since: thisHour - 23 * HOUR_MS, until: thisHour + HOUR_MS };
  const { internalTypes } = tracker.reader;
  const { types: all } = tracker.reader.history({ by: 'hour', ...span });
  const types = all.filter(({ type }) => !internalTypes.includes(type));
  const { running, waiting } = tracker.reader.countActive();
  return Array.from({ length: 24 }, (_, index) => {
    const periods = types.flatMap((type) => type.periods[index] ?? []);
    const total = (status: FinalStatus) => periods.reduce((sum, period) => sum + period[status], 0);
    return {
      start: new Date(span.since + index * HOUR_MS),
      completed: total('completed'),
      failed: total('failed'),
      cancelled: total('cancelled'),
      active: index === 23 ? running + waiting : 0,
    };
  });
}

function sum(hours: Hour[], ...series: Exclude<keyof Hour, 'start'>[]): number {
  return hours.reduce((total, hour) => series.reduce((n, name) => n + hour[name], total), 0);
}
