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
      async ({ request }) =>
        html(WorkersPage({ layout: await layoutOf(request, deps), model: await modelOf(deps) })),
      { query: NO_QUERY, detail: { hide: true } },
    );
}

/** What the page, the API and the terminal tell. */
export function workforce({ tracker, health, sources }: WebDeps): Promise<Workforce> {
  return workforceOf({ tracker, processes: health.processes.list(), sources: sources.values() });
}

async function modelOf(deps: WebDeps) {
  const { processes, ...queues } = await workforce(deps);
  const { reader } = deps.tracker;
  const running = (await reader.readRunningJobs()).map((job) => [job.id, job] as const);
  const known = new Map(running);
  return {
    ...queues,
    processes: processes.map((process) => ({
      ...process,
      running: process.jobs.flatMap((id) => known.get(id) ?? []),
    })),
  };
}
