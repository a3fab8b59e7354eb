import { jobName, progressCount, relative, subject } from '../../../views/format.ts';
import { printable } from '../../../views/text/printable.ts';
import { table } from '../../../views/text/table.ts';
import { JOB_STATUSES, type Job, type JobQuery } from '../../jobs/index.ts';
import { complain } from '../complain.ts';
import { CommandFailed, EXIT } from '../exit.ts';
import { openJobs, shortId } from '../open_jobs.ts';

const MOST = 1_000;

export interface ListOptions {
  status?: string;
  type?: string;
  session?: string;
  limit?: string;
  json?: boolean;
}

/** Prints the newest jobs as a table, or as JSON lines. */
export async function listJobs(options: ListOptions): Promise<void> {
  const query = queryOf(options);
  const tracker = await openJobs();
  const { jobs, nextCursor } = tracker.listJobs(query);
  if (options.json) {
    for (const job of jobs) console.log(JSON.stringify(job));
    return;
  }
  if (jobs.length === 0) complain('There are no such jobs.');
  else console.log(table(HEAD, jobs.map(rowOf), process.stdout.isTTY && process.stdout.columns));
  if (nextCursor) complain(`There are more than these ${jobs.length}: add --limit.`);
}

function queryOf({ status, type, session, limit }: ListOptions): JobQuery {
  const known = JOB_STATUSES.find((one) => one === status);
  if (status !== undefined && !known) {
    throw new CommandFailed(`--status: It must be one of: ${JOB_STATUSES.join(', ')}.`, EXIT.usage);
  }
  const most = limit === undefined ? undefined : Number(limit);
  if (most !== undefined && !(Number.isInteger(most) && most >= 1 && most <= MOST)) {
    throw new CommandFailed('--limit: It must be a whole number from 1 to 1,000.', EXIT.usage);
  }
  return { status: known, type, session, limit: most };
}

const HEAD = ['ID', 'TYPE', 'WHAT', 'STATUS', 'PROGRESS', 'CREATED'];

/** What is asked may be long, and gives way in a narrow terminal. */
function rowOf(job: Job): string[] {
  const what = printable(subject(job) || jobName(job));
  const created = relative(job.createdAt, new Date());
  return [shortId(job.id), job.type, what, job.status, progressCount(job.progress), created];
}
