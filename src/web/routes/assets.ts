import type { Elysia } from 'elysia';
import { nameAssets } from '../../../views/asset_paths.ts';
import { urlTo } from '../../text/urls.ts';
import { type Asset, hashedName, loadAssets } from '../assets/index.ts';
import { HIDDEN, HIDDEN_PATH } from '../contract/hidden.ts';
import { encodingFor, etagOf, knownTag } from '../http/encoding.ts';
import { Problem } from '../http/problem.ts';

/** The content of a hashed name never changes. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Clients may cache it, but revalidate it every time. */
const REVALIDATE = 'no-cache';

/** The hash in a name, current or old: `app.1x2y3z….css`. */
const HASH = /\.([0-9a-z]{16})(?=\.[a-z]+$)/;

/**
 * Styles, scripts and icons. Pages use the hashed names; the plain names work too. A name with an old
 * hash returns the current content: its page was opened before the server was updated.
 * @param compiled the folder of the compiled program, if it is running.
 */
export async function assetRoutes(compiled?: string) {
  const assets = await loadAssets(compiled);
  nameAssets(new Map(assets.map((asset) => [asset.name, `/assets/${hashedName(asset)}` as const])));
  const byName = new Map(assets.map((asset) => [asset.name, asset]));
  const send = (request: Request, name: string) => {
    const asset = byName.get(name.replace(HASH, ''));
    if (!asset) throw new Problem(404, 'not_found', 'There is no such file.');
    return answer(request, asset, name === hashedName(asset));
  };
  return (app: Elysia) =>
    app
      .get(
        '/assets/:name',
        ({ request, params, set }) => {
          const name = `${params.name}`;
          if (!hasOwnPolicy(name)) for (const header of POLICIES) delete set.headers[header];
          return send(request, name);
        },
        HIDDEN_PATH,
      )
      .get('/favicon.svg', ({ request }) => send(request, 'favicon.svg'), HIDDEN)
      .get('/favicon-running.svg', ({ request }) => send(request, 'favicon-running.svg'), HIDDEN)
      .get('/favicon-failed.svg', ({ request }) => send(request, 'favicon-failed.svg'), HIDDEN)
      .get(
        '/favicon.ico',
        () => new Response(null, { status: 308, headers: { location: urlTo('/favicon.svg') } }),
        HIDDEN,
      );
}

/** Headers of documents and workers: what a page loads has the policies of the page. */
const POLICIES = ['content-security-policy', 'referrer-policy', 'cross-origin-opener-policy'];

/** A picture can be opened as a document, and a worker is governed by its own policy. */
function hasOwnPolicy(name: string): boolean {
  return name.endsWith('.svg') || name.startsWith('stream_worker.');
}

async function answer(request: Request, asset: Asset, isHashed: boolean): Promise<Response> {
  const headers = {
    'cache-control': isHashed ? IMMUTABLE : REVALIDATE,
    'content-type': asset.type,
    vary: 'Accept-Encoding',
  };
  const encoding = encodingFor(request);
  const known = knownTag(request, asset.hash);
  if (known) {
    const etag = known === '*' ? etagOf(asset.hash, encoding) : known;
    return new Response(null, { status: 304, headers: { ...headers, etag } });
  }
  return new Response((await asset.body(encoding)) as BodyInit, {
    headers: {
      ...headers,
      etag: etagOf(asset.hash, encoding),
      ...(encoding && { 'content-encoding': encoding }),
    },
  });
}
