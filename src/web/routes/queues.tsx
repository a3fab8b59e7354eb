import type { Elysia } from 'elysia';
import { QueueChange, QueueNote } from '../../../views/workers/queue_note.tsx';
import { InvalidInput } from '../../jobs/index.ts';
import { NotFound } from '../../sources/source.ts';
import {
  queueTable,
  sourceChangeText,
  sourceQueueLine,
  typeChangeText,
  workforceText,
} from '../../text/queue_text.ts';
import { urlTo } from '../../text/urls.ts';
import { about, answers, refusals, returns } from '../contract/declare.ts';
import { CONCURRENCY_BODY, NO_QUERY, SOURCE_NAME, TYPE_NAME } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { parseFields } from '../http/body.ts';
import { isHtmx, refererOf } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import { respond } from '../http/rendered.ts';
import { workforce } from './workers_page.tsx';

const NO_SUCH_TYPE = 'There is no such type.';
const NO_SUCH_SOURCE = 'There is no such source.';

const TYPE = {
  params: TYPE_NAME,
  response: answers(200, 'TypeAnswer', 'The type and its queue.', { 404: NO_SUCH_TYPE }),
};

const SOURCE = {
  params: SOURCE_NAME,
  response: answers(200, 'SourceQueueAnswer', 'The source.', { 404: NO_SUCH_SOURCE }),
};

/** Reads the queues and the processes. */
export function queueRoutes(deps: WebDeps) {
  const { tracker } = deps;
  return (app: Elysia) =>
    app
      .get(
        '/api/types',
        async () => {
          const types = await tracker.queues();
          return respond(() => ({ types }), {
            html: () => QueueNote({ lines: queueTable(types).trimEnd().split('\n') }),
            text: () => queueTable(types),
          });
        },
        {
          query: NO_QUERY,
          response: { 200: returns('Types', 'The types and their queues.'), ...refusals() },
          detail: about('Read', 'list_types', 'The types of jobs and their queues'),
        },
      )
      .get(
        '/api/workers',
        async () => {
          const all = await workforce(deps);
          const text = workforceText(all, new Date());
          return respond(() => all, {
            html: () => QueueNote({ lines: text.trimEnd().split('\n') }),
            text: () => text,
          });
        },
        {
          query: NO_QUERY,
          response: { 200: returns('Workers', 'The processes and queues.'), ...refusals() },
          detail: about('Read', 'list_workers', 'The processes, what each runs, and the queues'),
        },
      );
}

/** Pauses and resumes types, and sets how many of their jobs run at once. */
export function typeChangeRoutes(deps: WebDeps) {
  const { tracker } = deps;
  return (app: Elysia) =>
    app
      .post(
        '/api/types/:type/pause',
        async ({ params: { type }, request, server, set }) => {
          await requireType(deps, type);
          await tracker.pauseType(type, { by: actorOf({ request, server }) });
          refreshPage(request, set.headers);
          return typeChanged(deps, type, request);
        },
        { ...TYPE, detail: about('Act', 'pause_type', 'Start no more jobs of a type') },
      )
      .post(
        '/api/types/:type/resume',
        async ({ params: { type }, request, server, set }) => {
          await requireType(deps, type);
          await tracker.resumeType(type, { by: actorOf({ request, server }) });
          refreshPage(request, set.headers);
          return typeChanged(deps, type, request);
        },
        { ...TYPE, detail: about('Act', 'resume_type', 'Start jobs of a paused type again') },
      )
      .post(
        '/api/types/:type/concurrency',
        async ({ params: { type }, body, request, server, set }) => {
          await requireType(deps, type);
          await tracker.setConcurrency(type, readConcurrency(body.concurrency), {
            by: actorOf({ request, server }),
          });
          refreshPage(request, set.headers);
          return typeChanged(deps, type, request);
        },
        {
          params: TYPE_NAME,
          parse: parseFields,
          body: CONCURRENCY_BODY,
          response: answers(200, 'TypeAnswer', 'The type and its queue.', {
            404: NO_SUCH_TYPE,
            422: 'Nothing was changed.',
          }),
          detail: about('Act', 'set_concurrency', 'Set how many jobs of a type run at once', {
            description: 'Applies to all processes at once. Running jobs go on.',
          }),
        },
      );
}

/** Pauses and resumes sources. */
export function sourceQueueRoutes(deps: WebDeps) {
  const { tracker } = deps;
  return (app: Elysia) =>
    app
      .post(
        '/api/sources/:name/pause',
        async ({ params: { name }, request, server, set }) => {
          requireSource(deps, name);
          await tracker.pauseSource(name, { by: actorOf({ request, server }) });
          refreshPage(request, set.headers);
          return sourceChanged(deps, name, request);
        },
        { ...SOURCE, detail: about('Act', 'pause_source', 'Start no more jobs of a source') },
      )
      .post(
        '/api/sources/:name/resume',
        async ({ params: { name }, request, server, set }) => {
          requireSource(deps, name);
          await tracker.resumeSource(name, { by: actorOf({ request, server }) });
          refreshPage(request, set.headers);
          return sourceChanged(deps, name, request);
        },
        { ...SOURCE, detail: about('Act', 'resume_source', 'Start jobs of a paused source again') },
      );
}

/** Nothing is each process's own limit. @throws InvalidInput */
function readConcurrency(typed: unknown): number | undefined {
  const text = typeof typed === 'string' ? typed.trim() : typed;
  if (text === undefined || text === null || text === '') return undefined;
  if (typeof text === 'string') return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (typeof text === 'number') return text;
  throw new InvalidInput({ concurrency: 'Concurrency must be a number.' });
}

async function requireType({ tracker }: WebDeps, type: string): Promise<void> {
  const known = (await tracker.queues()).map((queue) => queue.type);
  if (known.includes(type as never)) return;
  throw new Problem(404, 'not_found', NO_SUCH_TYPE, {
    message: `Use one of: ${known.join(', ')}.`,
  });
}

function requireSource({ sources }: WebDeps, name: string): void {
  if (sources.has(name)) return;
  throw new NotFound(
    `There is no source "${name}". Use one of: ${[...sources.keys()].join(', ')}.`,
  );
}

/** Has the page that sent the form show the new state. */
function refreshPage(request: Request, headers: Record<string, unknown>): void {
  if (isHtmx(request)) headers['hx-trigger'] = 'jobs-changed';
}

async function typeChanged({ tracker }: WebDeps, name: string, request: Request) {
  const types = (await tracker.queues()).filter(({ type }) => type === name);
  const [type] = types;
  if (!type) throw new Problem(404, 'not_found', NO_SUCH_TYPE);
  return respond(() => ({ type }), {
    html: () => QueueChange({ text: typeChangeText(type) }),
    text: () => queueTable(types),
    seeOther: () => refererOf(request) ?? urlTo('/workers'),
  });
}

async function sourceChanged({ tracker, sources }: WebDeps, name: string, request: Request) {
  const pausedAt = (await tracker.reader.pausedSources()).get(name);
  const label = sources.get(name)?.label ?? name;
  const source = { name, label, ...(pausedAt && { pausedAt }) };
  return respond(() => ({ source }), {
    html: () => QueueChange({ text: sourceChangeText(source) }),
    text: () => `${sourceQueueLine(source)}\n`,
    seeOther: () => refererOf(request) ?? urlTo('/workers'),
  });
}
