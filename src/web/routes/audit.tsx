import type { Elysia } from 'elysia';
import { AuditPage, AuditTable } from '../../../views/pages/audit.tsx';
import type { AuditModel, JobNames } from '../../../views/view_models.ts';
import { type TypedAuditQuery, toAuditQuery } from '../../jobs/audit_query.ts';
import type { AuditEntry, AuditQuery, AuditTrail } from '../../jobs/index.ts';
import { AUDIT_COLUMNS, auditTable } from '../../text/audit_text.ts';
import { jobName } from '../../text/format.ts';
import { about, INVALID_QUERY, refusals, returns } from '../contract/declare.ts';
import { AUDIT_PAGE_QUERY, AUDIT_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { EXPORT_TYPES, exportResponse } from '../http/exports.ts';
import { wantsExport } from '../http/negotiation.ts';
import { asStated, respond } from '../http/rendered.ts';
import { html } from '../http/responses.ts';
import { nextHrefOf } from './find_page.tsx';
import { layoutOf } from './layout.ts';

/** Entries that are read at a time for an export. */
const BATCH = 1_000;

/** Who did what, and when. */
export function auditRoutes(deps: WebDeps) {
  const { tracker } = deps;
  return (app: Elysia) =>
    app.get(
      '/api/audit',
      async ({ request, server, query: { format, ...typed } }) => {
        const query = toAuditQuery(typed);
        const wanted = format ?? wantsExport(request);
        if (wanted) {
          const lines = exportLines(tracker.audit, query, wanted);
          const answer = exportResponse(lines, {
            format: wanted,
            isDownload: format !== undefined,
            name: 'xgpt-audit',
            onError: deps.streamFailed,
            connection: { request, server },
          });
          return asStated(answer);
        }
        const page = await tracker.audit.list(query);
        return respond(() => page, {
          async html() {
            const known = await knownOf(deps, page.entries);
            return AuditTable({ entries: page.entries, now: new Date(), ...known });
          },
          text: () => auditTable(page.entries, page.nextCursor),
        });
      },
      {
        query: AUDIT_QUERY,
        response: {
          200: returns('AuditPage', 'A page of the audit trail, or all of it as an export.', {
            types: ['application/json', 'text/html', 'text/plain', ...Object.values(EXPORT_TYPES)],
          }),
          ...refusals({ 422: INVALID_QUERY }),
        },
        detail: about('Watch', 'read_audit', 'Who did what to jobs, and when, newest first'),
      },
    );
}

export function auditPage(deps: WebDeps) {
  return (app: Elysia) =>
    app.get(
      '/audit',
      async ({ request, query: typed }) => {
        const page = await deps.tracker.audit.list(toAuditQuery(typed));
        const nextHref = nextHrefOf(request, page.nextCursor);
        const known = await knownOf(deps, page.entries);
        const model = { ...page, ...known, query: shownQuery(typed), nextHref };
        return html(AuditPage({ layout: await layoutOf(request, deps), model }));
      },
      { query: AUDIT_PAGE_QUERY, detail: { hide: true } },
    );
}

/** What entries name and that is there. */
async function knownOf(deps: WebDeps, entries: AuditEntry[]) {
  const nameOf = await namesOf(deps, entries);
  const hasSchedules = entries.some(({ kind }) => kind === 'schedule');
  const schedules = hasSchedules ? await deps.schedules.list() : [];
  return { nameOf, schedules: new Set(schedules.map(({ id }) => id)) };
}

/** Names that a page looks up at most: an entry of many jobs has the ids of up to 100. */
const MAX_NAMES = 1_000;

async function namesOf(
  { tracker }: Pick<WebDeps, 'tracker'>,
  entries: AuditEntry[],
): Promise<JobNames> {
  const ids = [...new Set(entries.flatMap(jobsIn))].slice(0, MAX_NAMES);
  const jobs = await Promise.all(ids.map((id) => tracker.reader.getBriefJob(id)));
  const names = new Map(jobs.flatMap((job) => (job ? [[job.id, jobName(job)]] : [])));
  return (id) => names.get(id);
}

/** The jobs that an entry names: what was changed, and the job that started it. */
function jobsIn({ jobId, ids = [], by }: AuditEntry): string[] {
  const starter = by.via === 'job' ? by.user : undefined;
  return [...ids, jobId, starter].filter((id) => id !== undefined);
}

function shownQuery(typed: TypedAuditQuery): AuditModel['query'] {
  const { job = '', who = '', action = '', kind = '', via = '' } = typed;
  const { automatic = '', since = '', until = '' } = typed;
  return { job, who, action, kind, via, automatic, since, until };
}

/** The entries that match, all or as many as the query says, as lines of text, page by page. */
async function* exportLines(
  audit: AuditTrail,
  query: AuditQuery,
  format: 'csv' | 'jsonl',
): AsyncGenerator<string> {
  const asLines = format === 'csv' ? await csvLines() : jsonLines;
  let isFirst = true;
  let cursor = query.cursor;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  do {
    const page = await audit.list({ ...query, limit: Math.min(BATCH, left), cursor });
    left -= page.entries.length;
    const lines = asLines(page.entries, isFirst);
    if (lines !== '') yield lines;
    isFirst = false;
    cursor = page.nextCursor;
  } while (cursor && left > 0);
}

function jsonLines(entries: AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

async function csvLines() {
  // Loaded only for an export.
  const { stringify } = await import('csv-stringify/sync');
  const columns = Object.values(AUDIT_COLUMNS);
  return (entries: AuditEntry[], isFirst: boolean) => {
    const rows = entries.map((entry) => columns.map((read) => read(entry)));
    const all = isFirst ? [Object.keys(AUDIT_COLUMNS), ...rows] : rows;
    return stringify(all, { record_delimiter: 'windows', escape_formulas: true });
  };
}
