import { Elysia } from 'elysia';
import { progressLine } from '../../views/progress_line.ts';
import { isFinal, type Job, type Tracker } from '../jobs/index.ts';
import { admittedUntil } from './admission.ts';
import { eventStream } from './event_stream.ts';
import { detailedJob } from './job_json.ts';
import { createLiveLogs, followLogs, type LiveLogs, readLogPlaces } from './live_logs.ts';
import { noSuchJob, Problem } from './problem.ts';
import type { WebServices } from './services.ts';

/** Clients of a server that went away come back over this span, in ms, and not all at once. */
const COME_BACK_MS = { least: 500, most: 2_000 };

const encoder = new TextEncoder();

const END_OF_EVENT = encoder.encode('\n');

/** The live taskbar for every page, and one job alone for programs and terminals. */
export function jobStreams(services: WebServices) {
  const { tracker } = services;
  const logs = createLiveLogs(tracker);
  return new Elysia({ name: 'streams' })
    .get('/api/jobs/stream', ({ request, server }) => {
      refuseTooMany(services);
      // Bun ends a quiet connection after 10 s.
      server?.timeout(request, 0);
      return taskbarStream(services, logs, request);
    })
    .get('/api/jobs/:id/stream', ({ request, server, params }) => {
      const { id } = params;
      if (!tracker.getJob(id)) throw noSuchJob(id);
      refuseTooMany(services);
      server?.timeout(request, 0);
      return jobStream(services, request, id);
    });
}

/** The taskbar, and the logs that the address names. */
function taskbarStream({ live, vitals }: WebServices, logs: LiveLogs, request: Request): Response {
  // Rendered before the answer begins: what keeps it from that is then the answer.
  live.snapshot();
  const params = new URL(request.url).searchParams;
  // A script that opens another connection cannot set the header that a browser sends by itself.
  const lastEventId = request.headers.get('last-event-id') ?? params.get('lastEventId');
  const hasMissedNothing = lastEventId === live.id();
  const nextOfLogs = followLogs(logs, readLogPlaces(params));
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
  let greeting: Uint8Array | undefined = comeBack();
  return eventStream(request, admittedUntil(request), {
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
      const stops = [live.subscribe(wake), logs.subscribe(wake)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  });
}

/** A field of the first event: how long this client waits before it opens the stream again. */
function comeBack(): Uint8Array {
  const { least, most } = COME_BACK_MS;
  return encoder.encode(`retry: ${Math.round(least + Math.random() * (most - least))}\n`);
}

export function refuseTooMany({ live, config }: WebServices): void {
  if (live.watchers < config.maxConnections) return;
  throw new Problem(503, 'too_many_watchers', 'Too many live connections are open.', {
    message: 'Pages work without them and show the current state when they are loaded.',
    retryAfterSeconds: 10,
  });
}

function jobStream({ tracker, live, vitals }: WebServices, request: Request, id: string): Response {
  const asText = (request.headers.get('accept') ?? '').includes('text/plain');
  const render = asText
    ? (job: Job) => `${progressLine(job)}\n`
    : (job: Job) => jobEvent(tracker, job);
  let last = '';
  let over = false;
  return eventStream(
    request,
    admittedUntil(request),
    {
      next() {
        const job = over ? undefined : tracker.getJob(id);
        if (!job) return undefined;
        over = isFinal(job.status);
        const text = render(job);
        if (text === last) return undefined;
        last = text;
        return encoder.encode(text);
      },
      failed: (error) => vitals.noticed(error) !== undefined,
      isOver: () => over || !tracker.getJob(id),
      subscribe: (wake) => live.subscribe(wake),
      // Among lines for a person it would be noise.
      ...(asText && { heartbeat: null }),
    },
    asText ? 'text/plain; charset=utf-8' : undefined,
  );
}

function jobEvent(tracker: Tracker, job: Job): string {
  return `event: job\ndata: ${JSON.stringify({ job: detailedJob(tracker, job) })}\n\n`;
}
