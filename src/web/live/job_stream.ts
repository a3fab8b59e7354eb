import { isFinal, type Job, type Tracker } from '../../jobs/index.ts';
import { resultNotes, resultSummary } from '../../operations/words.ts';
import { progressLine } from '../../text/job_text.ts';
import { printable } from '../../text/printable.ts';
import type { WebDeps } from '../deps.ts';
import { wantsLines } from '../http/negotiation.ts';
import { followedJob } from '../routes/job_json.ts';
import type { StreamSource } from './event_streams.ts';
import { encodeEvent, encodeJsonEvent, lastEventIdOf, withReconnectTime } from './sse.ts';

const FAREWELL = 'The server closed this stream; the job has not ended. Request it again.\n';

/** One job until it ends, as events or as lines of text. */
export function jobStream(
  { tracker, updates }: WebDeps,
  request: Request,
  id: string,
): StreamSource {
  const asText = wantsLines(request);
  const render = asText ? lines(tracker) : events(tracker, lastEventIdOf(request));
  const mayHaveChanged = changesOf(tracker, id);
  let isOver = false;
  return {
    next() {
      if (isOver || !mayHaveChanged()) return undefined;
      const job = tracker.getJob(id);
      isOver = !job || isFinal(job.status);
      return render(job);
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
function changesOf(tracker: Tracker, id: string): () => boolean {
  const { feed } = tracker;
  let cursor: number | undefined;
  /** A job that was removed may have been a child. */
  const isPart = (other: string) => {
    const job = other === id ? undefined : tracker.getJob(other);
    return !job || job.parentId === id;
  };
  return () => {
    const change = cursor === undefined ? undefined : feed.since(cursor);
    cursor = feed.version;
    return !change || change.progressed.has(id) || [...change.cards].some(isPart);
  };
}

/** The changes of a job since the last call, if any. An undefined job was removed. */
type Render = (job: Job | undefined) => string;

function lines({ reader }: Tracker): Render {
  let last = '';
  return (job) => {
    const parts = job
      ? [progressLine(job, reader.waits()(job)), resultSummary(job), ...resultNotes(job, 'api')]
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
function events(tracker: Tracker, lastEventId: string | null): Render {
  let last = lastEventId;
  let isFirst = true;
  return (job) => {
    let text = '';
    if (job) {
      const data = JSON.stringify({ job: followedJob(tracker, job) });
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
