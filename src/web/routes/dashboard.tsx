import type { Elysia } from 'elysia';
import { DashboardPage } from '../../../views/pages/dashboard.tsx';
import type { DashboardModel } from '../../../views/view_models.ts';
import type { FinalStatus, Tracker } from '../../jobs/index.ts';
import { HIDDEN } from '../contract/hidden.ts';
import type { FirstDeps } from '../deps.ts';
import { html } from '../http/responses.ts';
import { beginnings, quickStarts } from './dashboard_starts.ts';
import { layoutOf } from './layout.ts';

const HOUR_MS = 3_600_000;

type Hour = DashboardModel['hours'][number];

/** The first page. */
export function dashboard(deps: FirstDeps) {
  return (app: Elysia) =>
    app.get(
      '/',
      async ({ request }) =>
        html(DashboardPage({ layout: await layoutOf(request, deps), model: await modelOf(deps) })),
      HIDDEN,
    );
}

async function modelOf(deps: FirstDeps): Promise<DashboardModel> {
  const { tracker, library } = deps;
  const hours = await lastHours(tracker);
  const { jobs: recent } = await tracker.reader.listJobs({ limit: 10 });
  const counts = library.counts();
  // As the view: with nothing collected and nothing running, there are only ways to begin.
  const begins = counts.posts === 0 && recent.every(({ completedAt }) => completedAt !== undefined);
  return {
    counts,
    lastDay: {
      jobs: sum(hours, 'completed', 'failed', 'cancelled', 'active'),
      failed: sum(hours, 'failed'),
    },
    hours,
    recent,
    waitOf: await tracker.reader.waits(recent),
    starts: begins ? [] : await quickStarts(deps, recent),
    beginnings: begins ? beginnings(deps) : [],
    withoutVector: library.countWithoutVector(deps.embedder.model),
  };
}

/** Jobs by the hour in which they ended; active ones count for the current hour. */
async function lastHours(tracker: Tracker): Promise<Hour[]> {
  const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const span = { since: thisHour - 23 * HOUR_MS, until: thisHour + HOUR_MS };
  const { internalTypes } = tracker.reader;
  const { types: all } = await tracker.reader.history({ by: 'hour', ...span });
  const types = all.filter(({ type }) => !internalTypes.includes(type));
  const { running, waiting } = await tracker.reader.countActive();
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
