import type { ServerContext } from '@modelcontextprotocol/server';
import { isFinal, type Job, type Tracker } from '../jobs/index.ts';
import type { AgentDeps } from './deps.ts';
import { statusMessage } from './job_words.ts';

/** How often a client that asked for progress hears of it at most, in ms. */
const PROGRESS_MS = 500;

/**
 * Waits until the job has ended, `ms` have passed, or the request or the server is over. A client that sent a
 * `progressToken` hears of the job's progress meanwhile.
 * @returns the job as it is then; undefined when it was removed.
 */
export async function waitForEnd(
  { tracker, closing }: Pick<AgentDeps, 'tracker' | 'closing'>,
  id: string,
  ms: number,
  context: Pick<ServerContext, 'mcpReq'>,
): Promise<Job | undefined> {
  const { signal: requested } = context.mcpReq;
  const signal = closing ? AbortSignal.any([requested, closing]) : requested;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let seen = tracker.feed.version;
  const look = async () => {
    const job = await tracker.reader.getBriefJob(id);
    if (!job || isFinal(job.status)) resolve();
  };
  const unsubscribe = tracker.feed.subscribe(() => {
    const change = tracker.feed.since(seen);
    seen = tracker.feed.version;
    // Progress, and changes of others, do not end it.
    if (!change || change.cards.has(id)) look().catch(reject);
  });
  const timeout = setTimeout(resolve, ms);
  const stopReporting = reportProgress(tracker, id, context);
  signal.addEventListener('abort', () => resolve());
  if (signal.aborted) resolve();
  look().catch(reject);
  try {
    await promise;
  } finally {
    unsubscribe();
    clearTimeout(timeout);
    stopReporting();
  }
  return tracker.reader.getBriefJob(id);
}

function reportProgress(
  tracker: Tracker,
  id: string,
  { mcpReq }: Pick<ServerContext, 'mcpReq'>,
): () => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let last = -1;
  let isOver = false;
  const report = async () => {
    const { reader } = tracker;
    const [job, holdOf] = await Promise.all([reader.getBriefJob(id), reader.holds()]);
    // The protocol wants each progress to be higher than the one before, and none after the answer.
    if (isOver || !job || job.progress.current <= last) return;
    last = job.progress.current;
    const { total } = job.progress;
    const message = statusMessage(job, holdOf);
    const params = { progressToken, progress: last, message, ...(total > 0 && { total }) };
    await mcpReq.notify({ method: 'notifications/progress', params });
  };
  const timer = setInterval(() => void report().catch(() => {}), PROGRESS_MS);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
