import { Elysia } from 'elysia';
import type { Tracker } from '../../jobs/index.ts';
import type { WebDeps } from '../deps.ts';
import { noSuchJob, Problem } from '../http/problem.ts';

/** What a job's handler wrote, from any position on. */
export function logRoutes({ tracker }: WebDeps) {
  return new Elysia({ name: 'logs' }).get('/api/jobs/:id/log', ({ request, params }) => {
    const query = new URL(request.url).searchParams;
    const position = readPosition(query.get('position') ?? '');
    if (!tracker.getJob(params.id)) throw noSuchJob(params.id);
    const download = query.get('download') === '1';
    return logAnswer(tracker, params.id, position, download);
  });
}

function readPosition(text: string): number {
  if (text === '') return 0;
  const position = logPosition(text);
  if (position !== undefined) return position;
  throw new Problem(422, 'invalid_input', 'The log cannot be read from there.', {
    message: 'Take position from x-log-position of an earlier answer, or leave it out.',
    details: { position: 'Position must be a whole number of bytes, 0 or more.' },
  });
}

/** A position as it stands in an address; `undefined` for what is none. */
export function logPosition(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function logAnswer(
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
