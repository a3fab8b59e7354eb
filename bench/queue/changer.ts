/** `bun changer.ts FOLDER`: creates and ends tracked jobs in a server's database, controlled by IPC. */
import { join } from 'node:path';
import { createTracker, type JobContext } from '../../src/jobs/index.ts';
import { DATABASE_FILE } from '../peers/xgpt.ts';
import { monotonicMs } from '../suite/clock.ts';

export interface Changed {
  id: string;
  /** `monotonicMs` just before the call. */
  before: number;
}

const [folder = ''] = process.argv.slice(2);
const tracker = createTracker({ database: join(folder, DATABASE_FILE) });
let job: JobContext | undefined;

process.on('message', async (command: 'create' | 'complete') => {
  const before = monotonicMs();
  if (command === 'create') job = await tracker.createJob('scrape', { username: 'aurora_lab' });
  else if (job) await tracker.completeJob(job.jobId, true);
  process.send?.({ id: job?.jobId ?? '', before } satisfies Changed);
});
