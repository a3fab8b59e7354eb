import type { Elysia } from 'elysia';
import type { LogPart } from '../../jobs/index.ts';
import { counted } from '../../text/format.ts';
import { logLines } from '../../text/log_lines.ts';
import { about, INVALID_QUERY, NO_SUCH_JOB, refusals, returns } from '../contract/declare.ts';
import { JOB_ID, LOG_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { wantsJson } from '../http/negotiation.ts';
import { jobOr404 } from '../http/problem.ts';
import { asStated, respond } from '../http/rendered.ts';

/** A job's log, from any position. */
export function logRoutes({ tracker }: WebDeps) {
  return (app: Elysia) =>
    app.get(
      '/api/jobs/:id/log',
      async ({ request, params: { id }, query: { position = 0, download } }) => {
        await jobOr404(tracker, id);
        const log = await tracker.reader.readLog(id, position);
        if (wantsJson(request)) return respond(() => jsonLog(log), {});
        return asStated(Promise.resolve(textResponse(id, log, download === '1')));
      },
      {
        params: JOB_ID,
        query: LOG_QUERY,
        response: {
          200: returns('JobLog', 'The log from that position.', {
            types: ['text/plain', 'application/json'],
            headers: {
              'x-log-position': {
                schema: { type: 'integer' },
                description: 'Position to continue from, if the response is plain text.',
              },
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

function jsonLog({ text, position, dropped }: LogPart) {
  return { lines: logLines(text), position, dropped };
}

function textResponse(id: string, { text, position, dropped }: LogPart, download: boolean) {
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
  return `[${counted(bytes, 'byte is', 'bytes are')} no longer kept]\n`;
}

/** A type's name may contain letters that a header must not. */
function fileName(id: string): string {
  return `${id.replace(/[^\w.-]/g, '_')}.log`;
}
