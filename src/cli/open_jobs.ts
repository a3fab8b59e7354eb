import { requireDataFolder } from '../app/data_folder.ts';
import { type Job, jobTracker, systemClock, type Tracker } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { userName } from '../platform/user_name.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { findId } from './find_by_id.ts';
import { noWorkerNotice } from './no_worker_notice.ts';
import { quietLog } from './output.ts';

const JOBS = { noun: 'job', list: 'xgpt jobs list' };

/** Opens the jobs of the data folder without running any. Rescues those of dead processes. */
export async function openJobs(): Promise<Tracker> {
  quietLog();
  const config = loadConfig();
  requireDataFolder(config);
  jobTracker.actAs({ via: 'terminal', user: userName() });
  await jobTracker.initialize();
  if (config.databaseUrl !== undefined) await readProcesses(config.databaseUrl);
  return jobTracker;
}

/** The tracker then knows the processes on a PostgreSQL database; those on SQLite it reads itself. */
async function readProcesses(databaseUrl: string): Promise<void> {
  const [{ appPostgres }, { PostgresProcessRegistry }] = await Promise.all([
    import('../platform/postgres/app.ts'),
    import('../platform/postgres/process_registry.ts'),
  ]);
  const postgres = appPostgres(databaseUrl);
  await new PostgresProcessRegistry(postgres, 'command', systemClock).refresh();
}

/** "No server or worker is running …", if so; otherwise empty. */
export function readNoWorkerNotice(): string {
  return noWorkerNotice(jobTracker.reader.serving.running(), Date.now());
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
