import { Elysia } from 'elysia';
import type { Tracker } from '../../jobs/index.ts';
import { about, INVALID_QUERY, NO_SUCH_JOB, refusals, returnsText } from '../contract/declare.ts';
import { JOB_ID, LOG_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { jobOr404 } from '../http/problem.ts';

/** A job's log, from any position. */
export function logRoutes({ tracker }: WebDeps) {
  return new Elysia({ name: 'logs' }).get(
    '/api/jobs/:id/log',
    ({ params: { id }, query: { position = 0, download } }) => {
      jobOr404(tracker, id);
      return logResponse(tracker, id, position, download === '1');
    },
    {
      params: JOB_ID,
      query: LOG_QUERY,
      response: {
        200: returnsText('The log from that position.', ['text/plain'], {
          'x-log-position': {
            schema: { type: 'integer' },
            description: 'Position to continue from.',
          },
        }),
        ...refusals({ 404: NO_SUCH_JOB, 422: INVALID_QUERY }),
      },
      detail: about('Watch', 'read_log', 'A job’s log; the newest 1 MB is kept'),
    },
  );
}

/** A position in a query; `undefined` if it is invalid. */
export function logPosition(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function logResponse(
  tracker: Tracker,
  id: string,
  from: number,
  download: boolean,
): Promise<Response> {
  const { text, position, dropped } = await tracker.reader.readLog(id, from);
  return new Response(`${dropped > 0 ? droppedNote(dropped) : ''}${text}`, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-log-position': String(position),
      ...(download && { 'content-disposition': `attachment; filename="${fileName(id)}"` }),
    },
  });
}

/** The first line of a log whose oldest lines were dropped. */
function droppedNote(bytes: number): string {
  return `[${bytes.toLocaleString('en')} bytes are no longer kept]\n`;
}

/** A type's name may contain letters that a header must not. */
function fileName(id: string): string {
  return `${id.replace(/[^\w.-]/g, '_')}.log`;
}
