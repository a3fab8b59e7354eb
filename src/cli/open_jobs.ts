import { requireDataFolder } from '../app/data_folder.ts';
import { type Job, jobTracker, type Tracker } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { listProcesses } from '../platform/process_registry.ts';
import { userName } from '../platform/user_name.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { noWorkerNotice } from './no_worker_notice.ts';
import { quietLog } from './output.ts';

/** How many ids are named when several match. */
const MAX_NAMED = 5;

/** The fewest characters of an id to type: fewer match too much, and an empty variable all. */
const MIN_TYPED = 4;

/** Opens the jobs of the data folder without running any. Rescues those of dead processes. */
export async function openJobs(): Promise<Tracker> {
  quietLog();
  requireDataFolder(loadConfig());
  jobTracker.actAs({ via: 'terminal', user: userName() });
  await jobTracker.initialize();
  return jobTracker;
}

/** "No server or worker is running …", if so; otherwise empty. */
export function readNoWorkerNotice(): string {
  return noWorkerNotice(listProcesses(appDatabase()), Date.now());
}

/**
 * The job whose id is, begins or ends with `part`.
 * @throws CommandFailed when none or several match, or `part` is too short.
 */
export async function findJob(tracker: Tracker, part: string): Promise<Job> {
  if (part.length < MIN_TYPED) throw tooShort(part);
  const ids = await tracker.reader.idsLike(part, MAX_NAMED);
  const [id] = ids;
  const job = id === undefined ? undefined : await tracker.readJob(id);
  if (!job) {
    throw new CommandFailed(
      `There is no job with the id "${part}". Run xgpt jobs list to see the jobs.`,
      EXIT.notFound,
    );
  }
  if (ids.length === 1) return job;
  throw new CommandFailed(
    `"${part}" matches several jobs. Type more of one of these ids: ${ids.join(', ')}${ids.length === MAX_NAMED ? ' …' : ''}`,
    EXIT.usage,
  );
}

function tooShort(part: string): CommandFailed {
  return new CommandFailed(
    `"${part}" is too short. Type at least ${MIN_TYPED} characters of the beginning or end of an id.`,
    EXIT.usage,
  );
}

/** The end of an id, usually enough to identify a job. */
export function shortId(id: string): string {
  return id.slice(-8);
}
