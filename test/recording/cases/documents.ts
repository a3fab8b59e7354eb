import type { Area, AreaCase } from '../area.ts';
import { emptyApp } from '../world.ts';

const ASSETS = ['app.css', 'app.js', 'htmx.js', 'favicon.svg', 'nothing.css'];

const assets: AreaCase[] = [
  ...ASSETS.map((name) => ({
    name: `asset ${name}`,
    route: 'GET /assets/:name',
    params: [name],
    records: name === 'nothing.css' ? undefined : ('size' as const),
  })),
  {
    name: 'asset with an outdated hash',
    route: 'GET /assets/:name',
    params: ['app.0123456789abcdef.css'],
    records: 'size' as const,
    formats: ['html'] as const,
  },
  {
    name: 'asset with If-None-Match',
    route: 'GET /assets/:name',
    params: ['app.css'],
    headers: { 'if-none-match': '*' },
    formats: ['html'] as const,
  },
  ...['gzip', 'br'].map((encoding) => ({
    name: `asset in ${encoding}`,
    route: 'GET /assets/:name',
    params: ['app.css'],
    headers: { 'accept-encoding': encoding },
    formats: ['html'] as const,
  })),
  ...['/favicon.svg', '/favicon-running.svg', '/favicon-failed.svg', '/favicon.ico'].map(
    (path) => ({
      name: path,
      route: `GET ${path}`,
      formats: ['html'] as const,
    }),
  ),
];

/** A message of an agent, which only asks for what the protocol answers with. */
function message(method: string) {
  return {
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: () => JSON.stringify({ jsonrpc: '2.0', id: 1, method }),
    formats: ['json'] as const,
  };
}

/** Assets, health and the description of the API. */
export const documents: Area = {
  name: 'documents',
  setup: emptyApp,
  cases: [
    ...assets,
    { name: 'health', route: 'GET /healthz' },
    { name: 'metrics', route: 'GET /metrics', records: 'size' },
    {
      name: 'agent, a list of tools',
      route: 'POST /mcp',
      ...message('tools/list'),
      records: 'size',
    },
    { name: 'agent, an unknown method', route: 'POST /mcp', ...message('no/such') },
    { name: 'agent, no JSON', route: 'POST /mcp', ...message(''), body: () => '{' },
    {
      name: 'metrics as OpenMetrics',
      route: 'GET /metrics',
      records: 'size',
      headers: { accept: 'application/openmetrics-text' },
      formats: ['json'] as const,
    },
    // Its content is compared with `openapi.json`.
    { name: 'OpenAPI document', route: 'GET /openapi.json', records: 'size' },
    { name: 'API page', route: 'GET /docs/api', records: 'size' },
  ],
};
