import { Elysia } from 'elysia';
import { BulkNote } from '../../../views/jobs/bulk_bar.tsx';
import {
  BULK_ACTIONS,
  type BulkAction,
  type BulkOutcome,
  type JobQuery,
} from '../../jobs/index.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import { bulkText } from '../../text/job_text.ts';
import type { WebDeps } from '../deps.ts';
import { readBody } from '../http/body.ts';
import { isNavigation, refererOf, wantsJson, wantsText } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import { html, plainText, seeOther } from '../http/responses.ts';
import { filterOf, readJobQuery } from './job_query.ts';

/** Most ids in one request; a filter has no limit. */
const MAX_IDS = 10_000;

/** `POST /api/jobs/bulk`: cancels, retries or removes many jobs, by their ids or by a filter. */
export function bulkRoutes({ tracker }: WebDeps) {
  return new Elysia({ name: 'bulk' }).post(
    '/api/jobs/bulk',
    async ({ request, server }) => {
      const { action, ids, filter } = readBulk(await readBody(request, ['ids']));
      // Bun ends a quiet connection after 10 s, and a million jobs take longer.
      server?.timeout(request, 0);
      const outcome = filter
        ? await tracker.changeMatching(action, readFilter(filter))
        : await tracker.changeJobs(action, ids);
      return answer(request, outcome, filter);
    },
    { parse: 'none' },
  );
}

function answer(request: Request, outcome: BulkOutcome, filter: URLSearchParams | undefined) {
  if (!isNavigation(request)) {
    if (wantsJson(request)) return Response.json(outcome);
    return wantsText(request) ? plainText(`${bulkText(outcome)}\n`) : html(BulkNote({ outcome }));
  }
  const back = new URL(
    filter ? `/jobs?${filterOf(filter)}` : (refererOf(request) ?? '/jobs'),
    request.url,
  );
  back.searchParams.set('did', `${outcome.action}-${outcome.done}-${outcome.skipped}`);
  return seeOther(back.pathname + back.search);
}

interface Bulk {
  action: BulkAction;
  ids: string[];
  /** Instead of ids; an empty one means every job. */
  filter?: URLSearchParams;
}

function readBulk(body: unknown): Bulk {
  const { action, ids, filter } = (body ?? {}) as Record<string, unknown>;
  const known = readBulkAction(action);
  // A script whose list of ids came out empty must not be taken to mean every job.
  if (typeof filter === 'object' && filter !== null && ids !== undefined) {
    throw refused('ids', 'Send ids or a filter, not both.');
  }
  const parsed = paramsOf(filter);
  if (parsed) return { action: known, ids: [], filter: parsed };
  const list = Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  if (list.length === 0 || list.length > MAX_IDS) {
    throw refused('ids', `Ids must be a list of 1 to ${MAX_IDS} ids, unless there is a filter.`);
  }
  return { action: known, ids: list };
}

/** @throws Problem */
export function readBulkAction(given: unknown): BulkAction {
  const action = BULK_ACTIONS.find((name) => name === given);
  if (action) return action;
  throw refused('action', `Action must be one of: ${BULK_ACTIONS.join(', ')}.`);
}

/** JSON gives an object, a form the filter as it stands in an address. */
function paramsOf(filter: unknown): URLSearchParams | undefined {
  if (typeof filter === 'string') return new URLSearchParams(filter);
  if (typeof filter !== 'object' || filter === null) return undefined;
  return new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, textOf(value)]));
}

/** An object may come with a `toString` of its own, which is no function. */
function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A name that is misspelt would match more than was meant. */
function readFilter(params: URLSearchParams): JobQuery {
  const filter = filterOf(params);
  const unknown = [...params.keys()].find((name) => params.get(name) && !filter.has(name));
  if (unknown) throw refused('filter', `Filter has no "${cut(unknown, MAX_NAME)}".`);
  return readJobQuery(filter);
}

function refused(field: string, rule: string): Problem {
  return new Problem(422, 'invalid_input', 'Nothing was changed.', {
    message: 'Choose jobs, and what to do with them.',
    details: { [field]: rule },
  });
}
