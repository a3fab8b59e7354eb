import type { AuditQuery, Tracker } from '../jobs/index.ts';
import { auditTable } from '../text/audit_text.ts';
import { parsed } from './input_errors.ts';
import { readTime } from './jobs/filter.ts';
import { openJobs } from './open_jobs.ts';
import { print, printError } from './output.ts';

export interface AuditOptions {
  job?: string;
  who?: string;
  action?: string;
  via?: string;
  kind?: string;
  automatic?: boolean;
  since?: string;
  until?: string;
  limit?: string;
  json?: boolean;
}

/** How many ids are looked for: a second one makes the typed part ambiguous. */
const ENOUGH = 2;

/** Prints entries of the audit trail as a table, or as JSON lines. */
export async function showAudit({ json, ...options }: AuditOptions): Promise<void> {
  const tracker = await openJobs();
  const { entries, nextCursor } = await tracker.audit.list(await readQuery(tracker, options));
  if (json) {
    for (const entry of entries) print(JSON.stringify(entry));
  } else if (entries.length === 0) {
    printError('No entries match.');
  } else {
    const { isTTY, columns } = process.stdout;
    print(auditTable(entries, undefined, isTTY && columns).trimEnd());
  }
  if (nextCursor) printError('There are more entries. Use --limit to show them.');
}

async function readQuery(
  tracker: Tracker,
  { since, until, job, automatic, ...options }: Omit<AuditOptions, 'json'>,
): Promise<AuditQuery> {
  const [from, to] = [readTime('--since', since), readTime('--until', until)];
  const { parseAuditQuery } = await import('../jobs/audit_query.ts');
  const named = {
    job: job && (await wholeId(tracker, job)),
    automatic: automatic ? 'true' : undefined,
  };
  const typed = { ...options, ...named, since: from, until: to };
  return parsed(
    () => parseAuditQuery(typed),
    (field) => `--${field}`,
  );
}

/** The id of the job that the typed part belongs to; a job that was removed needs its whole id. */
async function wholeId(tracker: Tracker, part: string): Promise<string> {
  const [id = part, another] = await tracker.reader.idsLike(part.trim(), ENOUGH);
  return another === undefined ? id : part;
}
