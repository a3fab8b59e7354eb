import { jobName, progressCount, relative, subject } from '../../../views/format.ts';
import { printable } from '../../../views/text/printable.ts';
import { table } from '../../../views/text/table.ts';
import { InvalidInput, type Job, type JobQuery, parseJobQuery } from '../../jobs/index.ts';
import { complain } from '../complain.ts';
import { CommandFailed, EXIT } from '../exit.ts';
import { openJobs, shortId } from '../open_jobs.ts';

export interface ListOptions {
  status?: string;
  failure?: string;
  type?: string;
  session?: string;
  words?: string;
  since?: string;
  until?: string;
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

function queryOf({ json, words, since, until, ...others }: ListOptions): JobQuery {
  const typed = {
    ...others,
    q: words,
    since: since && timeAgo(since),
    until: until && timeAgo(until),
  };
  try {
    return parseJobQuery(new Map(Object.entries(typed)));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const lines = Object.entries(error.details).map(
      ([field, message]) => `--${field === 'q' ? 'words' : field}: ${message}`,
    );
    throw new CommandFailed(lines.join('\n'), EXIT.usage);
  }
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `24h`, `7d` as the time that was then; what is written otherwise stays as it is. */
function timeAgo(text: string): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const ms = UNIT_MS[unit];
  return ms === undefined ? text : new Date(Date.now() - Number(count) * ms).toISOString();
}

const HEAD = ['ID', 'TYPE', 'WHAT', 'STATUS', 'PROGRESS', 'CREATED'];

/** What is asked may be long, and gives way in a narrow terminal. */
function rowOf(job: Job): string[] {
  const what = printable(subject(job) || jobName(job));
  const created = relative(job.createdAt, new Date());
  return [shortId(job.id), job.type, what, job.status, progressCount(job.progress), created];
}
