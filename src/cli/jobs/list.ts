import type { Job } from '../../jobs/index.ts';
import { listedJob } from '../../text/abridged_job.ts';
import { jobName, progressCount, relative, subject } from '../../text/format.ts';
import { printable } from '../../text/printable.ts';
import { table } from '../../text/table.ts';
import { complain } from '../complain.ts';
import { openJobs, shortId } from '../open_jobs.ts';
import { print } from '../output.ts';
import { type FilterOptions, readFilter } from './filter.ts';

export interface ListOptions extends FilterOptions {
  limit?: string;
  json?: boolean;
}

/** Prints the newest jobs as a table, or as JSON lines. */
export async function listJobs(options: ListOptions): Promise<void> {
  const query = await readFilter(options, { limit: options.limit });
  const tracker = await openJobs();
  const { jobs, nextCursor } = tracker.reader.listJobs(query);
  if (options.json) {
    for (const job of jobs) print(JSON.stringify(listedJob(job)));
    return;
  }
  if (jobs.length === 0) complain('There are no such jobs.');
  else print(fittingTable(jobs, process.stdout.isTTY && process.stdout.columns));
  if (nextCursor) complain(`There are more than these ${jobs.length}; --limit shows more.`);
}

const HEAD = ['ID', 'TYPE', 'WHAT', 'STATUS', 'PROGRESS', 'CREATED'];

/** Columns that a narrow terminal goes without, the first of them first. */
const DISPENSABLE = ['CREATED', 'PROGRESS', 'TYPE'];

/** With as many columns as fit into the terminal; what is asked may be long, and gives way first. */
function fittingTable(jobs: Job[], columns: number | false): string {
  const rows = jobs.map(rowOf);
  let text = '';
  for (let without = 0; without <= DISPENSABLE.length; without += 1) {
    const dropped = DISPENSABLE.slice(0, without);
    const kept = (row: string[]) => row.filter((_, index) => !dropped.includes(HEAD[index] ?? ''));
    text = table(kept(HEAD), rows.map(kept), columns);
    if (!columns || text.split('\n').every((line) => Bun.stringWidth(line) <= columns)) break;
  }
  return text;
}

function rowOf(job: Job): string[] {
  const what = printable(subject(job) || jobName(job));
  const created = relative(job.createdAt, new Date());
  return [shortId(job.id), job.type, what, job.status, progressCount(job.progress), created];
}
