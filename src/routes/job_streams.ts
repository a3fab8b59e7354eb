import { Elysia } from 'elysia';
import { isFinal, type Job } from '../jobs/index.ts';
import { eventStream } from './event_stream.ts';
import { noSuchJob } from './problem.ts';
import type { WebServices } from './services.ts';

const encoder = new TextEncoder();

/** The live taskbar for every page, and one job alone for programs and terminals. */
export function jobStreams({ tracker, live, closing }: WebServices) {
  return new Elysia({ name: 'streams' })
    .get('/api/jobs/stream', ({ request, server }) => {
      // Bun ends a quiet connection after 10 s.
      server?.timeout(request, 0);
      const seen = request.headers.get('last-event-id');
      let cursor = seen === live.id() ? live.frame : -1;
      return eventStream(request, closing, {
        next() {
          const { frame } = live;
          if (cursor === frame) return undefined;
          const piece = cursor === frame - 1 ? live.delta() : live.snapshot();
          cursor = frame;
          return piece;
        },
        subscribe: (wake) => live.subscribe(wake),
      });
    })
    .get('/api/jobs/:id/stream', ({ request, server, params }) => {
      const { id } = params;
      if (!tracker.getJob(id)) throw noSuchJob(id);
      server?.timeout(request, 0);
      const asText = (request.headers.get('accept') ?? '').includes('text/plain');
      const render = asText ? progressLine : jobEvent;
      let last = '';
      let over = false;
      return eventStream(
        request,
        closing,
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
          isOver: () => over || !tracker.getJob(id),
          subscribe: (wake) => live.subscribe(wake),
        },
        asText ? 'text/plain; charset=utf-8' : undefined,
      );
    });
}

function jobEvent(job: Job): string {
  return `event: job\ndata: ${JSON.stringify({ job })}\n\n`;
}

/** "running  280 / 1,000  Reading page 14 of 50" */
function progressLine({ status, progress, errorMessage }: Job): string {
  const { current, total, message } = progress;
  const counts = total > 0 ? `${current.toLocaleString('en')} / ${total.toLocaleString('en')}` : '';
  const words = isFinal(status) ? (errorMessage ?? '') : message;
  return `${[status, counts, words].filter(Boolean).join('  ')}\n`;
}
