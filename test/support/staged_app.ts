import { z } from 'zod';
import { defineJob, type Job, type QueuedJobContext } from '../../src/jobs/index.ts';
import { closeApps, setupApp } from './app.ts';
import { until } from './wait.ts';

const servers: { stop(closeConnections: boolean): unknown }[] = [];

/** Every test file that calls `startStagedApp` calls this in `afterAll`. */
export async function closeStagedApps(): Promise<void> {
  for (const server of servers.splice(0)) await server.stop(true);
  await closeApps();
}

/** The handler of the scrapes of a test, which tells them apart by `username`. */
export type Script = (
  input: { username: string },
  job: QueuedJobContext,
) => Promise<unknown> | unknown;

/**
 * The whole program on a free port of this process. Its scrapes run the test's script; its searches
 * wait forever, one at a time. `closeStagedApps` ends it.
 */
export async function startStagedApp(script: Script = standStill) {
  const app = await setupApp({}, { cancelGraceMs: 600_000 });
  const { tracker } = app;
  tracker.define(
    defineJob<'scrape'>({
      type: 'scrape',
      concurrency: 50,
      input: z.looseObject({ username: z.string() }) as never,
      run: async (input, job) => (await script(input as { username: string }, job)) as never,
    }),
    defineJob<'search'>({
      type: 'search',
      concurrency: 1,
      input: z.looseObject({ query: z.string() }) as never,
      run: async (_, job) => (await untilStopped(job)) as never,
    }),
  );
  await tracker.start();
  const server = app.app.listen({ port: 0, hostname: '127.0.0.1' }).server;
  if (server) servers.push(server);
  const url = `http://127.0.0.1:${server?.port}`;

  const scrape = (username: string): Promise<Job> => tracker.enqueue('scrape', { username });
  const search = (query: string): Promise<Job> => tracker.enqueue('search', { query });
  const reaches = (id: string, status: Job['status']): Promise<Job> =>
    until(`${id} is ${status}`, () => {
      const job = tracker.getJob(id);
      return job?.status === status ? job : undefined;
    });
  return { ...app, url, scrape, search, reaches };
}

export type StagedApp = Awaited<ReturnType<typeof startStagedApp>>;

/** Reports progress once, then waits until it is cancelled. */
export async function standStill(_: unknown, job: QueuedJobContext): Promise<never> {
  await job.updateProgress(280, 1_000, 'Reading page 14 of 50');
  return untilStopped(job);
}

/** Rejects when the job's signal aborts. */
export function untilStopped({ signal }: QueuedJobContext): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
