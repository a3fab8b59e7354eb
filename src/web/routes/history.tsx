import { Elysia } from 'elysia';
import { HistoryPage } from '../../../views/pages/history.tsx';
import type { HistorySpan } from '../../../views/view_models.ts';
import { HISTORY_STEPS, type HistoryQuery, timeOf } from '../../jobs/index.ts';
import { historyText } from '../../text/history_text.ts';
import type { WebDeps } from '../deps.ts';
import { wantsText } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import { html, plainText } from '../http/responses.ts';
import { frameOf } from './frame.ts';

/** Most hours or days that one answer may tell of. */
const MAX_PERIODS = 1_000;

/** How many steps a span of the page has. */
const SPANS: Record<HistorySpan, { by: HistoryQuery['by']; periods: number }> = {
  day: { by: 'hour', periods: 24 },
  week: { by: 'day', periods: 7 },
  month: { by: 'day', periods: 30 },
  quarter: { by: 'day', periods: 91 },
};

/** How jobs fared over time, as a page, as JSON and as plain text. */
export function historyRoutes(services: WebDeps) {
  const { tracker } = services;
  return new Elysia({ name: 'history' })
    .get('/history', ({ request }) => {
      const params = new URL(request.url).searchParams;
      const span = readSpan(params);
      const type = params.get('type')?.trim() || undefined;
      const history = tracker.reader.history({ ...lastPeriods(span), type });
      const model = { span, type, types: tracker.types, history };
      return html(HistoryPage({ frame: frameOf(request, services), model }));
    })
    .get('/api/history', ({ request }) => {
      const query = readHistoryQuery(new URL(request.url).searchParams, Date.now());
      const history = tracker.reader.history(query);
      return wantsText(request) ? plainText(historyText(history)) : Response.json(history);
    });
}

function lastPeriods(span: HistorySpan): HistoryQuery {
  const { by, periods } = SPANS[span];
  const now = Date.now();
  return { by, since: now - (periods - 1) * HISTORY_STEPS[by], until: now + 1 };
}

function readSpan(params: URLSearchParams): HistorySpan {
  const given = params.get('span')?.trim() || 'day';
  const span = (Object.keys(SPANS) as HistorySpan[]).find((name) => name === given);
  if (span) return span;
  throw refused('span', `Span must be one of: ${Object.keys(SPANS).join(', ')}.`);
}

/** `?by=hour|day&since=&until=&type=`: by hour, of the last day, up to now, all types. */
function readHistoryQuery(params: URLSearchParams, now: number): HistoryQuery {
  const by = params.get('by')?.trim() || 'hour';
  if (by !== 'hour' && by !== 'day') throw refused('by', 'By must be hour or day.');
  const until = readTime(params, 'until') ?? now + 1;
  const since = readTime(params, 'since') ?? until - HISTORY_STEPS.day;
  const longest = MAX_PERIODS * HISTORY_STEPS[by];
  if (since >= until || until - since > longest) {
    throw refused('since', `Since must be before until, by at most ${MAX_PERIODS} times ${by}.`);
  }
  return { by, since, until, type: params.get('type')?.trim() || undefined };
}

function readTime(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name)?.trim();
  if (!text) return undefined;
  const time = timeOf(text);
  if (time !== undefined) return time;
  throw refused(name, `${name} must be a time, for example 2026-01-31T12:00:00Z.`);
}

function refused(field: string, rule: string): Problem {
  return new Problem(422, 'invalid_input', 'The history cannot be read like that.', {
    message: 'Change what is named here, or leave it out.',
    details: { [field]: rule },
  });
}
