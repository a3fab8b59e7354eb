import { startServer, stopServers, type TestServer } from '../support/server.ts';
import type { ProxyName } from './documented.ts';
import { HOST, startProxy, stopProxies, type TestProxy } from './proxy.ts';
import { type Ask, ask } from './request.ts';

export const TOKEN = 'correct-horse-battery';

/** What docs/deployment.md sets for xgpt behind a proxy. */
export const SETTINGS = { XGPT_TOKEN: TOKEN, XGPT_HOSTS: HOST, XGPT_PROXIES: '127.0.0.1' };

export const BASE_PATH = '/xgpt';

export const WITH_TOKEN = { authorization: `Bearer ${TOKEN}` };

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The six ways in which docs/deployment.md sets up a proxy. */
export const VARIANTS = ([undefined, 'kept', 'removed'] as const).flatMap((path) =>
  [true, false].map((tls) => ({
    tls,
    path,
    name: `${tls ? 'with' : 'without'} TLS${path ? `, under /xgpt/, path ${path}` : ''}`,
  })),
);

export type Setup = (typeof VARIANTS)[number];

const servers = new Map<string, Promise<TestServer>>();

/** Two servers for all variants: one with a base path, one without. */
export function serverFor({ path }: Pick<Setup, 'path'>): Promise<TestServer> {
  const base = path ? BASE_PATH : '';
  const server =
    servers.get(base) ??
    startServer(undefined, { ...SETTINGS, XGPT_BASE_PATH: base, XGPT_SAMPLE_PAGE_MS: '100' });
  servers.set(base, server);
  return server;
}

export const portOf = ({ url }: TestServer): number => Number(new URL(url).port);

export async function proxyFor(
  name: ProxyName,
  { tls, path }: Pick<Setup, 'tls' | 'path'>,
  wantedPort?: number,
): Promise<TestProxy> {
  const upstream = portOf(await serverFor({ path }));
  return startProxy(name, { tls, path, upstream, wantedPort });
}

/** Servers first: Apache stops at once only when it has no open stream. */
export async function stopAll(): Promise<void> {
  servers.clear();
  await stopServers();
  await stopProxies();
}

/** Chromium sends these over TLS, and without it to localhost only. */
function fetchMetadata({ tls }: TestProxy, mode: string, dest: string): Record<string, string> {
  if (!tls) return {};
  return { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': mode, 'sec-fetch-dest': dest };
}

/** A request as htmx sends it when a button is pressed on a page of this proxy. */
export function press(proxy: TestProxy, path: string, fields = ''): Ask {
  const metadata = fetchMetadata(proxy, 'cors', 'empty');
  return {
    method: 'POST',
    path: proxy.base + path,
    body: fields,
    headers: {
      ...FORM,
      ...metadata,
      origin: proxy.origin,
      'hx-request': 'true',
      accept: 'text/html',
    },
  };
}

/** Signs in as a browser does and returns the cookie's line. */
export async function signIn(proxy: TestProxy): Promise<string> {
  const metadata = fetchMetadata(proxy, 'navigate', 'document');
  const answer = await ask(proxy, {
    method: 'POST',
    path: `${proxy.base}/login`,
    body: `token=${TOKEN}`,
    headers: { ...FORM, ...metadata, accept: 'text/html', origin: proxy.origin },
  });
  if (answer.status !== 303) throw new Error(`Sign-in: ${answer.status} ${answer.text}`);
  return answer.headers.get('set-cookie') ?? '';
}

export const cookieIn = (line: string): string => line.split(';')[0] ?? '';
