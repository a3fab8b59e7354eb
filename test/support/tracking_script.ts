/**
 * A user's script in its own process that tracks its work in a server's database: either one job
 * during which it blocks its event loop, or short ones without a pause.
 */
import { createTracker } from '../../src/jobs/index.ts';

interface Orders {
  database: string;
  leaseMs: number;
  /** How long it blocks its event loop, in ms. By default it makes short jobs. */
  blockMs?: number;
}

/** Starts one. `id` is its job's once that runs; `made` counts the short ones. */
export async function startScript(orders: Orders) {
  const began = Promise.withResolvers<string>();
  let made = 0;
  const child = Bun.spawn([process.execPath, import.meta.path, JSON.stringify(orders)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc(message: { id?: string; made?: number }) {
      if (message.id) began.resolve(message.id);
      made = message.made ?? made;
    },
  });
  void child.exited.then(() => began.reject(new Error('The script ended before it began.')));
  return {
    id: await began.promise,
    made: () => made,
    exited: child.exited,
    pid: child.pid,
    kill: async () => {
      child.kill('SIGKILL');
      await child.exited;
    },
  };
}

async function main({ database, leaseMs, blockMs }: Orders): Promise<void> {
  const tracker = createTracker({ database, leaseMs });
  await tracker.initialize();
  const { jobId, updateProgress } = await tracker.createJob('scrape', { by: 'a script' });
  process.send?.({ id: jobId });
  if (blockMs === undefined) return makeShortJobs(tracker);
  // The message is sent before the event loop is blocked.
  await Bun.sleep(50);
  Bun.sleepSync(blockMs);
  await updateProgress(1, 1, 'It took its time');
  await tracker.completeJob(jobId, true);
  await tracker.stop();
  process.exit(0);
}

async function makeShortJobs(tracker: ReturnType<typeof createTracker>): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  for (let made = 1; ; made++) {
    const { jobId } = await tracker.createJob('search', { by: 'a script' });
    await tracker.completeJob(jobId, true);
    if (made % 50 === 0) process.send?.({ made });
  }
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? ''));
