import { requireDataFolder } from '../app/data_folder.ts';
import { type Job, jobTracker, type Tracker } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { listProcesses } from '../platform/process_registry.ts';
import { userName } from '../platform/user_name.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { findId } from './find_by_id.ts';
import { noWorkerNotice } from './no_worker_notice.ts';
import { quietLog } from './output.ts';

const JOBS = { noun: 'job', list: 'xgpt jobs list' };

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
  const like = (typed: string, limit: number) => tracker.reader.idsLike(typed, limit);
  const job = await tracker.readJob(await findId(part, like, JOBS));
  if (!job) throw new CommandFailed('The job was removed meanwhile.', EXIT.notFound);
  return job;
}

/** The end of an id, usually enough to identify a job. */
export function shortId(id: string): string {
  return id.slice(-8);
}
