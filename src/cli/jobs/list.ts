import { filterText, type Job, type Wait } from '../../jobs/index.ts';
import { listedJob } from '../../text/abridged_job.ts';
import { jobName, progressCount, relative, subject } from '../../text/format.ts';
import { printable } from '../../text/printable.ts';
import { table } from '../../text/table.ts';
import { statusText } from '../../text/waiting_text.ts';
import { openJobs, shortId } from '../open_jobs.ts';
import { print, printError } from '../output.ts';
import { type FilterOptions, readFilter } from './filter.ts';

export interface ListOptions extends FilterOptions {
  limit?: string;
  json?: boolean;
}

/** Prints the newest jobs as a table, or as JSON lines. */
export async function listJobs(options: ListOptions): Promise<void> {
  const query = await readFilter(options, { limit: options.limit });
  const tracker = await openJobs();
  const { jobs, nextCursor } = await tracker.reader.listJobs(query);
  if (options.json) {
    for (const job of jobs) print(JSON.stringify(listedJob(job)));
    return;
  }
  const waitOf = await tracker.reader.waits(jobs);
  if (jobs.length === 0)
    printError(filterText(query) ? 'No jobs match.' : 'There are no jobs yet.');
  else {
    const rows = jobs.map((job) => rowOf(job, waitOf(job)));
    print(fittingTable(rows, process.stdout.isTTY && process.stdout.columns));
  }
  if (nextCursor) printError('There are more jobs. Use --limit to show them.');
}

const HEAD = ['ID', 'TYPE', 'SUBJECT', 'STATUS', 'PROGRESS', 'CREATED'];

/** Columns left out on a narrow terminal, in this order. */
const OPTIONAL = ['CREATED', 'PROGRESS', 'TYPE'];

/** As many columns as fit into the terminal; a long subject is cut first. */
function fittingTable(rows: string[][], columns: number | false): string {
  let text = '';
  for (let without = 0; without <= OPTIONAL.length; without += 1) {
    const dropped = OPTIONAL.slice(0, without);
    const kept = (row: string[]) => row.filter((_, index) => !dropped.includes(HEAD[index] ?? ''));
    const isLast = without === OPTIONAL.length;
    text = table(kept(HEAD), rows.map(kept), columns, isLast ? 'all' : 'widest');
    if (!columns || text.split('\n').every((line) => Bun.stringWidth(line) <= columns)) break;
  }
  return text;
}

function rowOf(job: Job, wait: Wait): string[] {
  const about = printable(subject(job) || jobName(job));
  const now = new Date();
  const status = printable(statusText(job, wait, now));
  const created = relative(job.createdAt, now);
  return [shortId(job.id), job.type, about, status, progressCount(job.progress), created];
}
