import type { Elysia } from 'elysia';
import type { Writer } from '../../platform/writer.ts';
import { about, refusals, returnsText } from '../contract/declare.ts';
import { NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';

const METRICS = {
  query: NO_QUERY,
  response: {
    200: returnsText('Every metric, in the format of Prometheus.', [
      'text/plain',
      'application/openmetrics-text',
    ]),
    ...refusals(),
  },
  detail: about('Read', 'read_metrics', 'Metrics for Prometheus', {
    description: 'As OpenMetrics when `Accept` asks for `application/openmetrics-text`.',
  }),
};

/** For Prometheus. What it needs is loaded at the first scrape. */
export function metricsRoute(deps: WebDeps, writer: Writer) {
  let metrics: Promise<(accept: string) => Promise<Response>> | undefined;
  return (app: Elysia) =>
    app.get(
      '/metrics',
      async ({ request }) => {
        metrics ??= load(deps, writer);
        return (await metrics)(request.headers.get('accept') ?? '');
      },
      METRICS,
    );
}

async function load(deps: WebDeps, writer: Writer) {
  const { createMetrics, exposition } = await import('../metrics/index.ts');
  const families = createMetrics({ ...deps, writer });
  return async (accept: string) => {
    const { text, contentType } = await exposition(families, accept);
    return new Response(text, {
      headers: { 'content-type': contentType, 'cache-control': 'no-store' },
    });
  };
}
