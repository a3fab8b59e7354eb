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

/** Assets, health and the description of the API. */
export const documents: Area = {
  name: 'documents',
  setup: emptyApp,
  cases: [
    ...assets,
    { name: 'health', route: 'GET /healthz' },
    { name: 'metrics', route: 'GET /metrics', records: 'size' },
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
