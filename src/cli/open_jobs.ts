import { requireDataFolder } from '../app/data_folder.ts';
import { type Job, jobTracker, systemClock, type Tracker } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { silentLogger } from '../platform/logger.ts';
import { Vitals } from '../platform/vitals.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { whoGoesOn } from './others.ts';
import { quietLog } from './quiet_log.ts';

/** How many ids are named when what was typed fits several. */
const MAX_NAMED = 5;

/** How many characters of an id are enough: fewer fit too much, and an empty variable fits all. */
const LEAST_TYPED = 4;

/** The jobs of the data folder, without what it takes to run them. What dead processes left is settled. */
export async function openJobs(): Promise<Tracker> {
  quietLog();
  requireDataFolder(loadConfig());
  await jobTracker.initialize();
  return jobTracker;
}

/** "No server or worker runs now …", if that is so. */
export function whoRunsJobs(): string {
  const db = appDatabase();
  const vitals = new Vitals({ db, kind: 'command', clock: systemClock, logger: silentLogger });
  return whoGoesOn(vitals.processes(), Date.now());
}

/**
 * The job whose id is, begins or ends with `part`.
 * @throws CommandFailed when there is none, or several, or `part` is too short to tell.
 */
export function findJob(tracker: Tracker, part: string): Job {
  if (part.length < LEAST_TYPED) throw tooShort(part);
  const ids = tracker.reader.idsLike(part, MAX_NAMED);
  const [id] = ids;
  const job = id === undefined ? undefined : tracker.getJob(id);
  if (!job) {
    throw new CommandFailed(
      `There is no job whose id is, begins or ends with "${part}". xgpt jobs list shows what there is.`,
      EXIT.notFound,
    );
  }
  if (ids.length === 1) return job;
  throw new CommandFailed(
    `"${part}" fits several jobs; type more of one of them: ${ids.join(', ')}${ids.length === MAX_NAMED ? ' …' : ''}`,
    EXIT.usage,
  );
}

function tooShort(part: string): CommandFailed {
  return new CommandFailed(
    `"${part}" is too short for an id: type at least ${LEAST_TYPED} characters of how it begins or ends.`,
    EXIT.usage,
  );
}

/** The end of an id: as a rule enough to name a job. */
export function shortId(id: string): string {
  return id.slice(-8);
}
