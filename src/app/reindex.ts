import type { Database } from 'bun:sqlite';
import type { JobContext, jobTracker } from '../jobs/index.ts';
import { mergeWords } from '../library/erasing.ts';
import type { Library } from '../library/index.ts';
import { writerOf } from '../platform/writer.ts';

/** Posts that one transaction indexes: 10 ms, so that other writes wait no longer. */
const BATCH = 100;

/** The type of its jobs, which no queue has. */
export const REINDEX = 'index';

const MESSAGE = 'Indexing posts anew, because xgpt was updated';

interface Reindex {
  db: Database;
  library: Pick<Library, 'reindexing'>;
  tracker: Pick<typeof jobTracker, 'createJob' | 'completeJob' | 'reader' | 'removeJob' | 'errors'>;
  /** Aborted when the process ends: the next start goes on. */
  closing: AbortSignal;
}

/**
 * Indexes what an update of xgpt reads differently, beside everything else. It is shown as a job; one that
 * was cancelled or interrupted goes on at the next start, as another job that replaces interrupted ones.
 */
export async function reindexInBackground(reindex: Reindex): Promise<void> {
  const { library, tracker, closing } = reindex;
  try {
    await removeInterrupted(tracker);
    const total = library.reindexing.pending();
    if (total === 0 && library.reindexing.isMerged()) return;
    const job = await tracker.createJob(REINDEX);
    try {
      await indexAll(reindex, job, total);
      await tracker.completeJob(job.jobId, true);
      // Those whose process was found to have ended only meanwhile.
      await removeInterrupted(tracker);
    } catch (error) {
      // Then the tracker says that the job was interrupted.
      if (!closing.aborted) await tracker.completeJob(job.jobId, false, (error as Error).message);
    }
  } catch (error) {
    tracker.errors.warn('Posts could not be indexed anew. The next start goes on.', error);
  }
}

/** Their work goes on: nothing failed that anybody would have to see to. */
async function removeInterrupted(tracker: Reindex['tracker']): Promise<void> {
  const query = { type: REINDEX, status: 'failed', failure: 'interrupted' } as const;
  const { jobs } = await tracker.reader.listJobs(query);
  for (const { id, pinned } of jobs) if (!pinned) await tracker.removeJob(id);
}

async function indexAll(
  { db, library, closing }: Reindex,
  job: JobContext,
  total: number,
): Promise<void> {
  const signal = AbortSignal.any([job.signal, closing]);
  for (let done = 0, indexed = BATCH; indexed === BATCH; done += indexed) {
    signal.throwIfAborted();
    job.updateProgress(Math.min(done, total), total, MESSAGE);
    indexed = await writerOf(db).write(() => library.reindexing.indexSome(BATCH));
    // Requests are answered in between.
    await Bun.sleep(0);
  }
  job.updateProgress(total, total, MESSAGE);
  await mergeWords(db, signal);
  await writerOf(db).write(() => library.reindexing.noteMerged());
}
