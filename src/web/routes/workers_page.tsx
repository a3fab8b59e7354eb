import type { Elysia } from 'elysia';
import { WorkersPage } from '../../../views/pages/workers.tsx';
import { NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';
import { workersOf } from './workers.ts';

/** The page of the processes and queues. */
export function workersPage(deps: WebDeps) {
  return (app: Elysia) =>
    app.get(
      '/workers',
      ({ request }) => html(WorkersPage({ layout: layoutOf(request, deps), model: modelOf(deps) })),
      { query: NO_QUERY, detail: { hide: true } },
    );
}

function modelOf(deps: WebDeps) {
  const { tracker, sources } = deps;
  const paused = tracker.reader.pausedSources();
  return {
    processes: workersOf(deps).map((process) => ({
      ...process,
      running: process.jobs.flatMap((id) => tracker.reader.getBriefJob(id) ?? []),
    })),
    types: tracker.queues(),
    sources: [...sources.values()].map(({ name, label }) => {
      const pausedAt = paused.get(name);
      return { name, label, ...(pausedAt && { pausedAt }) };
    }),
  };
}
