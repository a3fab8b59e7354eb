import { isFinal, type Job, type JobDetails, type Tracker } from '../../jobs/index.ts';
import { resultNotes, resultSummary } from '../../operations/words.ts';
import { progressLine } from '../../text/job_text.ts';
import { printable } from '../../text/printable.ts';
import type { WebDeps } from '../deps.ts';
import { wantsLines } from '../http/negotiation.ts';
import { followedJob } from '../routes/job_json.ts';
import type { StreamSource } from './event_streams.ts';
import type { LiveJobs } from './live_jobs.ts';
import { encodeEvent, encodeJsonEvent, lastEventIdOf, withReconnectTime } from './sse.ts';

const FAREWELL = 'The server closed this stream; the job has not ended. Request it again.\n';

/** Lines of text have none. */
const NO_DETAILS: JobDetails = { attempts: [], steps: [], children: [] };

/** One job until it ends, as events or as lines of text. */
export function jobStream(
  { tracker, updates }: Pick<WebDeps, 'tracker' | 'updates'>,
  jobs: LiveJobs,
  request: Request,
  id: string,
): StreamSource {
  const asText = wantsLines(request);
  const render = asText ? lines(tracker) : events(lastEventIdOf(request));
  const mayHaveChanged = changesOf(tracker, jobs, id);
  let isOver = false;
  return {
    async next() {
      if (isOver || !(await mayHaveChanged())) return undefined;
      const [job, details] = await Promise.all([
        jobs.job(id),
        asText ? NO_DETAILS : jobs.details(id),
      ]);
      isOver = !job || isFinal(job.status);
      return render(job && { job, details });
    },
    isOver: () => isOver,
    subscribe: (wake) => updates.subscribe(wake),
    // Text for people has no heartbeats, and says why it ends.
    ...(asText && {
      hasHeartbeat: false,
      farewell: FAREWELL,
      contentType: 'text/plain; charset=utf-8',
    }),
  };
}

/**
 * Returns whether a job may have changed since the last call. Most updates are about other jobs, and
 * reading this one in full for each of them would cost every client.
 */
function changesOf({ feed }: Tracker, jobs: LiveJobs, id: string): () => Promise<boolean> {
  let cursor: number | undefined;
  /** A job that was removed may have been a child. */
  const isPart = async (other: string) => {
    const job = await jobs.job(other);
    return !job || job.parentId === id;
  };
  return async () => {
    const change = cursor === undefined ? undefined : feed.since(cursor);
    cursor = feed.version;
    if (!change || change.progressed.has(id) || change.cards.has(id)) return true;
    const parts = await Promise.all([...change.cards].map(isPart));
    return parts.includes(true);
  };
}

/** The changes of a job since the last call, if any. An undefined job was removed. */
type Render = (state: { job: Job; details: JobDetails } | undefined) => string | Promise<string>;

function lines({ reader }: Tracker): Render {
  let last = '';
  return async (state) => {
    const job = state?.job;
    const waitOf = await reader.waits(job ? [job] : []);
    const parts = job
      ? [progressLine(job, waitOf(job)), resultSummary(job), ...resultNotes(job, 'api')]
      : [];
    const line = parts
      .filter(Boolean)
      .map((part) => printable(part))
      .join('  ');
    if (line === last) return '';
    last = line;
    return `${line}\n`;
  };
}

/** A state's id is its hash, so that any server knows what a reconnecting client has. */
function events(lastEventId: string | null): Render {
  let last = lastEventId;
  let isFirst = true;
  return (state) => {
    const job = state?.job;
    let text = '';
    if (state) {
      const data = JSON.stringify({ job: followedJob(state.job, state.details) });
      const id = hashOf(data);
      if (id !== last) text += encodeEvent({ event: 'job', data, id });
      last = id;
    }
    // An EventSource treats the end of a response as a failure, and would reconnect forever.
    if (!job || isFinal(job.status)) {
      text += encodeJsonEvent('end', { status: job?.status ?? 'removed' });
    }
    if (isFirst) text = withReconnectTime(text || undefined);
    isFirst = false;
    return text;
  };
}

function hashOf(data: string): string {
  return new Bun.CryptoHasher('sha256').update(data).digest('hex').slice(0, 16);
}
