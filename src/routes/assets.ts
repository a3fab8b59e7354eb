import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Elysia } from 'elysia';
import { Problem } from './problem.ts';

const PUBLIC = join(import.meta.dir, '..', '..', 'public');

interface Asset {
  type: string;
  body: Uint8Array;
  etag: string;
}

/** Styles and scripts, read and bundled once at start: nothing is built beforehand. */
export async function assetRoutes() {
  const assets = new Map<string, Asset>([
    ['/assets/app.css', asset('text/css; charset=utf-8', await styles())],
    ['/assets/app.js', script(await bundled('browser/app.ts', 'iife'))],
    ['/assets/stream_worker.js', script(await bundled('browser/stream_worker.ts', 'iife'))],
    ['/assets/client.js', script(await bundled('client/index.ts', 'esm'))],
    ['/assets/htmx.js', script(await packaged('htmx.org/dist/htmx.min.js'))],
    ['/assets/morph.js', script(await packaged('idiomorph/dist/idiomorph-ext.min.js'))],
    ['/assets/sse.js', script(await packaged('htmx-ext-sse/dist/sse.min.js'))],
    ['/favicon.svg', await picture('favicon.svg')],
    ['/favicon-running.svg', await picture('favicon-running.svg')],
    ['/favicon-failed.svg', await picture('favicon-failed.svg')],
  ]);
  return new Elysia({ name: 'assets' })
    .get('/assets/:name', ({ request }) => serve(request, assets))
    .get('/favicon.svg', ({ request }) => serve(request, assets))
    .get('/favicon-running.svg', ({ request }) => serve(request, assets))
    .get('/favicon-failed.svg', ({ request }) => serve(request, assets))
    .get(
      '/favicon.ico',
      () => new Response(null, { status: 308, headers: { location: '/favicon.svg' } }),
    );
}

function serve(request: Request, assets: Map<string, Asset>): Response {
  const found = assets.get(new URL(request.url).pathname);
  if (!found) throw new Problem(404, 'not_found', 'There is no such file.');
  const headers = { etag: found.etag, 'cache-control': 'no-cache', 'content-type': found.type };
  if (request.headers.get('if-none-match') === found.etag) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(found.body as BodyInit, { headers });
}

function script(source: string): Asset {
  return asset('text/javascript; charset=utf-8', source);
}

async function picture(name: string): Promise<Asset> {
  return asset('image/svg+xml', await Bun.file(join(PUBLIC, name)).text());
}

function asset(type: string, text: string): Asset {
  return { type, body: new TextEncoder().encode(text), etag: `"${Bun.hash(text).toString(36)}"` };
}

/** One file a component, sent as one: tokens and base first, because the others build on them. */
async function styles(): Promise<string> {
  const folder = join(PUBLIC, 'css');
  const first = ['tokens.css', 'base.css'];
  const others = readdirSync(folder).filter(
    (name) => name.endsWith('.css') && !first.includes(name),
  );
  const texts = [...first, ...others.sort()].map((name) => Bun.file(join(folder, name)).text());
  return (await Promise.all(texts)).join('\n');
}

/** Bun puts each file's path above what is in it, and the path tells where the program is. */
const SOURCE_NAME = /^\/\/ .*\.ts\n/gm;

async function bundled(name: string, format: 'iife' | 'esm'): Promise<string> {
  const entry = join(import.meta.dir, '..', name);
  const built = await Bun.build({ entrypoints: [entry], target: 'browser', format });
  const [output] = built.outputs;
  if (!output) throw new Error(`${name} could not be bundled: ${built.logs.join('; ')}`);
  return (await output.text()).replace(SOURCE_NAME, '');
}

function packaged(path: string): Promise<string> {
  return Bun.file(Bun.resolveSync(path, import.meta.dir)).text();
}
