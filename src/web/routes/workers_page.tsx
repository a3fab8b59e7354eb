import type { Elysia } from 'elysia';
import { WorkersPage } from '../../../views/pages/workers.tsx';
import { type Workforce, workforceOf } from '../../jobs/index.ts';
import { NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';

/** The page of the processes and queues. */
export function workersPage(deps: WebDeps) {
  return (app: Elysia) =>
    app.get(
      '/workers',
      ({ request }) => html(WorkersPage({ layout: layoutOf(request, deps), model: modelOf(deps) })),
      { query: NO_QUERY, detail: { hide: true } },
    );
}

/** What the page, the API and the terminal tell. */
export function workforce({ tracker, health, sources }: WebDeps): Workforce {
  return workforceOf({ tracker, processes: health.processes.list(), sources: sources.values() });
}

function modelOf(deps: WebDeps) {
  const { processes, ...queues } = workforce(deps);
  const { reader } = deps.tracker;
  return {
    ...queues,
    processes: processes.map((process) => ({
      ...process,
      running: process.jobs.flatMap((id) => reader.getBriefJob(id) ?? []),
    })),
  };
}
