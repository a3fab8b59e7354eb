import type { Elysia } from 'elysia';
import { HistoryPage } from '../../../views/pages/history.tsx';
import type { HistorySpan } from '../../../views/view_models.ts';
import { HISTORY_STEPS, type HistoryQuery } from '../../jobs/index.ts';
import { timeOf } from '../../platform/time.ts';
import { historyText } from '../../text/history_text.ts';
import { about, INVALID_QUERY, refusals, returns } from '../contract/declare.ts';
import {
  HISTORY_PAGE_QUERY,
  HISTORY_QUERY,
  INVALID,
  type TypedHistoryQuery,
} from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { Problem } from '../http/problem.ts';
import { respond } from '../http/rendered.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';

/** Maximum number of hours or days in one response. */
const MAX_PERIODS = 1_000;

/** The periods that each span of the page shows. */
const SPANS: Record<HistorySpan, { by: HistoryQuery['by']; periods: number }> = {
  day: { by: 'hour', periods: 24 },
  week: { by: 'day', periods: 7 },
  month: { by: 'day', periods: 30 },
  quarter: { by: 'day', periods: 91 },
};

/** Job statistics over time, as JSON and as plain text. */
export function historyRoutes(deps: WebDeps) {
  const { tracker } = deps;
  return (app: Elysia) =>
    app.get(
      '/api/history',
      async ({ query }) => {
        const history = await tracker.reader.history(toHistoryQuery(query, Date.now()));
        return respond(() => history, { text: () => historyText(history) });
      },
      {
        query: HISTORY_QUERY,
        response: {
          200: returns('History', 'Counts by period.', {
            types: ['application/json', 'text/plain'],
          }),
          ...refusals({ 422: INVALID_QUERY }),
        },
        detail: about('Watch', 'read_history', 'Job statistics over time'),
      },
    );
}

export function historyPage(deps: WebDeps) {
  const { tracker } = deps;
  return (app: Elysia) =>
    app.get(
      '/history',
      async ({ request, query: { span = 'day', type } }) => {
        const history = await tracker.reader.history({ ...lastPeriods(span), type });
        const model = { span, type, types: tracker.types, history };
        return html(HistoryPage({ layout: await layoutOf(request, deps), model }));
      },
      { query: HISTORY_PAGE_QUERY, detail: { hide: true } },
    );
}

function lastPeriods(span: HistorySpan): HistoryQuery {
  const { by, periods } = SPANS[span];
  const now = Date.now();
  return { by, since: now - (periods - 1) * HISTORY_STEPS[by], until: now + 1 };
}

/** Default: the last day by the hour, up to now, all types. */
function toHistoryQuery(
  { by = 'hour', type, ...typed }: TypedHistoryQuery,
  now: number,
): HistoryQuery {
  const until = typed.until === undefined ? now + 1 : (timeOf(typed.until) as number);
  const since =
    typed.since === undefined ? until - HISTORY_STEPS.day : (timeOf(typed.since) as number);
  const longest = MAX_PERIODS * HISTORY_STEPS[by];
  if (since >= until || until - since > longest) {
    throw new Problem(422, 'invalid_input', INVALID.title, {
      message: INVALID.message,
      details: { since: `Since must be before until, by at most ${MAX_PERIODS} times ${by}.` },
    });
  }
  return { by, since, until, type };
}
