import { Elysia } from 'elysia';
import type { Tracker } from '../../jobs/index.ts';
import { about, INVALID_QUERY, NO_SUCH_JOB, refusals, returnsText } from '../contract/declare.ts';
import { JOB_ID, LOG_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { jobOr404 } from '../http/problem.ts';

/** What a job's handler wrote, from any position on. */
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
        200: returnsText('The log from there on.', ['text/plain'], {
          'x-log-position': { schema: { type: 'integer' }, description: 'Where to go on.' },
        }),
        ...refusals({ 404: NO_SUCH_JOB, 422: INVALID_QUERY }),
      },
      detail: about('Watch', 'read_log', 'What its handler wrote; the newest 1 MB is kept'),
    },
  );
}

/** A position as it stands in an address; `undefined` for what is none. */
export function logPosition(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function logResponse(
  tracker: Tracker,
  id: string,
  asked: number,
  download: boolean,
): Promise<Response> {
  const { text, position, dropped } = await tracker.reader.readLog(id, asked);
  return new Response(`${dropped > 0 ? droppedNote(dropped) : ''}${text}`, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-log-position': String(position),
      ...(download && { 'content-disposition': `attachment; filename="${fileName(id)}"` }),
    },
  });
}

/** Stands in a log where its oldest lines were. */
function droppedNote(bytes: number): string {
  return `[${bytes.toLocaleString('en')} bytes are no longer kept]\n`;
}

/** A type may have any letters in its name, and a header may not. */
function fileName(id: string): string {
  return `${id.replace(/[^\w.-]/g, '_')}.log`;
}
