import { isFinal, type Job, type Tracker } from '../../jobs/index.ts';
import { resultSummary } from '../../operations/words.ts';
import { progressLine } from '../../text/job_text.ts';
import { printable } from '../../text/printable.ts';
import type { WebDeps } from '../deps.ts';
import { wantsLines } from '../http/negotiation.ts';
import { followedJob } from '../routes/job_json.ts';
import type { StreamSource } from './event_streams.ts';
import { encodeEvent, encodeJsonEvent, lastEventIdOf, withReconnectTime } from './sse.ts';

const FAREWELL = 'The server closed this stream; the job has not ended. Request it again.\n';

/** One job until it ends: as events for programs, or as lines for a person. */
export function jobStream(
  { tracker, updates }: WebDeps,
  request: Request,
  id: string,
): StreamSource {
  const asText = wantsLines(request);
  const render = asText ? lines() : events(tracker, lastEventIdOf(request));
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
    // A person does not need heartbeats between the lines, and does need to know why they end.
    ...(asText && {
      hasHeartbeat: false,
      farewell: FAREWELL,
      contentType: 'text/plain; charset=utf-8',
    }),
  };
}

/**
 * Tells whether a job may look different than at the last call. Most updates are about other jobs,
 * and reading all that is known of this one for each of them is work for every watcher.
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

/** What is new of a job since the last call, or nothing. A job that is undefined was removed. */
type Render = (job: Job | undefined) => string;

function lines(): Render {
  let last = '';
  return (job) => {
    const parts = job ? [progressLine(job), resultSummary(job)] : [];
    const line = parts
      .filter(Boolean)
      .map((part) => printable(part))
      .join('  ');
    if (line === last) return '';
    last = line;
    return `${line}\n`;
  };
}

/** A state's id is a hash of it, so that any server knows what a client has that reconnects. */
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
    // An EventSource takes the end of an answer for a failure, and would reconnect forever.
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
