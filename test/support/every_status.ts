import { type Job, PermanentError, type QueuedJobContext } from '../../src/jobs/index.ts';
import { type StagedApp, standStill, startStagedApp, untilStopped } from './staged_app.ts';
import { until } from './wait.ts';

const HOUR_MS = 3_600_000;

/** The username decides whether and how the job ends. */
async function act({ username }: { username: string }, job: QueuedJobContext): Promise<unknown> {
  switch (username) {
    case 'deaf':
      await job.updateProgress(120, 400, 'Reading page 6 of 20');
      return new Promise(() => {});
    case 'busy':
      throw Object.assign(new Error('The source asks to wait. The job goes on by itself.'), {
        retryAt: new Date(Date.now() + HOUR_MS),
      });
    case 'broken':
      throw new PermanentError('The source refused the credentials. Check them in the settings.');
    case 'quick':
      return { posts: 40, newPosts: 12, username };
    case 'endless':
      await job.updateProgress(12, 0, 'Looking for more');
      return untilStopped(job);
    default:
      return standStill(undefined, job);
  }
}

/** An app whose taskbar has jobs in every status; `refresh` restores those that have left it. */
export async function startAppInEveryStatus() {
  const app = await startStagedApp(act);
  const jobs = {
    running: await reached(app, 'aurora_lab', 'running'),
    endless: await reached(app, 'endless', 'running'),
    retrying: await reached(app, 'busy', 'retrying'),
    failed: await reached(app, 'broken', 'failed'),
    cancelling: await cancelled(app, 'deaf', 'cancelling'),
    ...(await waiting(app)),
  };
  const refresh = async () => ({
    completed: await reached(app, 'quick', 'completed'),
    cancelled: await cancelled(app, 'aurora_lab', 'cancelled'),
  });
  return { ...app, jobs: { ...jobs, ...(await refresh()) }, refresh };
}

async function reached(app: StagedApp, username: string, status: Job['status']): Promise<Job> {
  return app.reaches((await app.scrape(username)).id, status);
}

async function cancelled(app: StagedApp, username: string, status: Job['status']): Promise<Job> {
  const { id } = await app.scrape(username);
  await until(`${id} has begun`, () => app.tracker.getJob(id)?.progress.message);
  await app.tracker.cancelJob(id);
  return app.reaches(id, status);
}

/** The first search runs; the second is next in the queue. */
async function waiting(app: StagedApp): Promise<{ searching: Job; queued: Job }> {
  const searching = await app.search('space, jazz');
  await app.reaches(searching.id, 'running');
  return { searching, queued: await app.search('tea') };
}
