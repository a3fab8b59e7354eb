import { Elysia } from 'elysia';
import { isFinal, type Job, type Tracker } from '../../jobs/index.ts';
import { resultSummary } from '../../operations/words.ts';
import { printable } from '../../text/printable.ts';
import { progressLine } from '../../text/progress_line.ts';
import { JOB_STREAM, TASKBAR_STREAM } from '../contract/streams.ts';
import type { WebDeps } from '../deps.ts';
import { accessSignalOf } from '../http/authenticate.ts';
import { wantsLines } from '../http/negotiation.ts';
import { noSuchJob, Problem } from '../http/problem.ts';
import { createLiveLogs, followLogs, type LiveLogs, readLogPlaces } from '../live/logs.ts';
import { eventStream } from '../live/sse.ts';
import { followedJob } from './job_json.ts';

/** Clients of a server that went away come back over this span, in ms, and not all at once. */
const COME_BACK_MS = { least: 500, most: 2_000 };

const encoder = new TextEncoder();

const FAREWELL = encoder.encode('The server ended this; the job is not over. Ask again.\n');

const END_OF_EVENT = encoder.encode('\n');

/** The live taskbar for every page, and one job alone for programs and terminals. */
export function jobStreams(services: WebDeps) {
  const { tracker } = services;
  const logs = createLiveLogs(tracker);
  return new Elysia({ name: 'streams' })
    .get(
      '/api/jobs/stream',
      ({ request, server }) => {
        refuseTooMany(services);
        // Bun ends a quiet connection after 10 s.
        server?.timeout(request, 0);
        return taskbarStream(services, logs, request);
      },
      TASKBAR_STREAM,
    )
    .get(
      '/api/jobs/:id/stream',
      ({ request, server, params }) => {
        const { id } = params;
        if (!tracker.getJob(id)) throw noSuchJob(id);
        refuseTooMany(services);
        server?.timeout(request, 0);
        return jobStream(services, request, id);
      },
      JOB_STREAM,
    );
}

/** The taskbar, and the logs that the address names. */
function taskbarStream({ live, vitals }: WebDeps, logs: LiveLogs, request: Request): Response {
  // Rendered before the answer begins: what keeps it from that is then the answer.
  live.snapshot();
  const params = new URL(request.url).searchParams;
  const hasMissedNothing = lastEventIdOf(request) === live.id();
  const places = readLogPlaces(params);
  const nextOfLogs = followLogs(logs, places);
  /** Who looks on already is told why nothing moves any more. */
  const orNotices = (render: () => Uint8Array) => {
    try {
      return render();
    } catch (error) {
      if (!vitals.noticed(error)) throw error;
      return live.notices();
    }
  };
  let cursor = hasMissedNothing ? live.frame : undefined;
  let greeting: Uint8Array | undefined = encoder.encode(comeBack());
  return eventStream(request, accessSignalOf(request), {
    next() {
      const { frame } = live;
      // Bun completes the response's head with its first bytes, so some are sent at once.
      if (greeting) {
        const piece = cursor === undefined ? live.snapshot() : END_OF_EVENT;
        const first = Buffer.concat([greeting, piece]);
        cursor ??= frame;
        greeting = undefined;
        return first;
      }
      if (cursor === frame) return nextOfLogs();
      const hasKeptUp = cursor === frame - 1;
      cursor = frame;
      return orNotices(() => (hasKeptUp ? live.delta() : live.snapshot()));
    },
    failed: (error) => vitals.noticed(error) !== undefined,
    subscribe(wake) {
      const stops = [live.subscribe(wake)];
      // A log that grows is nothing to those who follow none.
      if (places.length > 0) stops.push(logs.subscribe(wake));
      return () => {
        for (const stop of stops) stop();
      };
    },
  });
}

/** A field of the first event: how long this client waits before it opens the stream again. */
function comeBack(): string {
  const { least, most } = COME_BACK_MS;
  return `retry: ${Math.round(least + Math.random() * (most - least))}\n`;
}

/** A script that opens another connection cannot set the header that a browser sends by itself. */
function lastEventIdOf(request: Request): string | null {
  const { searchParams } = new URL(request.url);
  return request.headers.get('last-event-id') ?? searchParams.get('lastEventId');
}

export function refuseTooMany({ live, config }: WebDeps): void {
  if (live.watchers < config.maxConnections) return;
  throw new Problem(503, 'too_many_watchers', 'Too many live connections are open.', {
    message: 'Pages work without them and show the current state when they are loaded.',
    retryAfterSeconds: 10,
  });
}

function jobStream({ tracker, live, vitals }: WebDeps, request: Request, id: string): Response {
  const asText = wantsLines(request);
  const render = asText ? lines() : events(tracker, lastEventIdOf(request));
  const mayHaveChanged = changesOf(tracker, id);
  let over = false;
  return eventStream(
    request,
    accessSignalOf(request),
    {
      next() {
        if (over || !mayHaveChanged()) return undefined;
        const job = tracker.getJob(id);
        over = !job || isFinal(job.status);
        const text = render(job);
        return text ? encoder.encode(text) : undefined;
      },
      failed: (error) => vitals.noticed(error) !== undefined,
      isOver: () => over,
      subscribe: (wake) => live.subscribe(wake),
      // Among lines for a person a heartbeat would be noise, and an end without a word no end.
      ...(asText && { heartbeat: null, farewell: FAREWELL }),
    },
    asText ? 'text/plain; charset=utf-8' : undefined,
  );
}

/**
 * Tells whether a job may look different than at the last call. Twenty frames a second tell of
 * others, and to read all that is known of this one for each of them is work for every watcher.
 */
function changesOf(tracker: Tracker, id: string): () => boolean {
  const { feed } = tracker;
  let cursor: number | undefined;
  /** One that is gone may have been a child. */
  const isPart = (other: string) => {
    const job = other === id ? undefined : tracker.getJob(other);
    return !job || job.parentId === id;
  };
  return () => {
    const change = cursor === undefined ? undefined : feed.since(cursor);
    cursor = feed.frame;
    return !change || change.progressed.has(id) || [...change.cards].some(isPart);
  };
}

/** What is new of a job since the last call, or nothing; without a job, that it was removed. */
type Render = (job: Job | undefined) => string;

function lines(): Render {
  let last = '';
  return (job) => {
    const words = job ? [progressLine(job), resultSummary(job)] : [];
    const line = words
      .filter(Boolean)
      .map((part) => printable(part))
      .join('  ');
    if (line === last) return '';
    last = line;
    return `${line}\n`;
  };
}

/** A state's id is a hash of it, so a client that knows it is spared it on any server. */
function events(tracker: Tracker, lastEventId: string | null): Render {
  let last = lastEventId;
  let greeting = comeBack();
  return (job) => {
    let text = '';
    if (job) {
      const data = JSON.stringify({ job: followedJob(tracker, job) });
      const id = new Bun.CryptoHasher('sha256').update(data).digest('hex').slice(0, 16);
      if (id !== last) text += `id: ${id}\nevent: job\ndata: ${data}\n\n`;
      last = id;
    }
    // An EventSource takes the end of an answer for a failure, and would ask again for ever.
    if (!job || isFinal(job.status)) text += endEvent(job);
    if (greeting) text = greeting + (text || '\n');
    greeting = '';
    return text;
  };
}

function endEvent(job: Job | undefined): string {
  return `event: end\ndata: ${JSON.stringify({ status: job?.status ?? 'removed' })}\n\n`;
}
