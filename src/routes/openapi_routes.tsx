import { openapi } from '@elysiajs/openapi';
import { Elysia } from 'elysia';
import type { OpenAPIV3_1 } from 'openapi-types';
import { ApiPage } from '../../views/pages/api.tsx';
import { html } from './answer.ts';
import { frameOf } from './frame.ts';
import { apiDocument, VERSION } from './openapi/document.ts';
import { apiModel } from './openapi/outline.ts';
import type { WebServices } from './services.ts';

/** Pages, forms and assets are for people and browsers. */
const NOT_THE_API = /^\/(?!api\/|healthz$)/;

/**
 * The API, described: as a document for programs and as a page for people. The plugin's own pages
 * would load their scripts from foreign hosts. What it makes of the routes themselves is a bare list
 * of addresses, because the operations check what they are sent; it shows only where a description
 * is missing.
 */
export function openapiRoutes(services: WebServices) {
  const { tracker, config } = services;
  const document = apiDocument(tracker, config.token !== undefined);
  return new Elysia({ name: 'openapi' })
    .use(
      openapi({
        provider: null,
        specPath: '/openapi.json',
        openapiVersion: VERSION,
        // Its own reading of a parameter is narrower; see `Parameter`.
        documentation: document as OpenAPIV3_1.Document,
        exclude: { paths: NOT_THE_API },
      }),
    )
    .get('/docs/api', ({ request }) => {
      const model = apiModel(document, new URL(request.url).origin);
      return html(ApiPage({ frame: frameOf(request, services), model }));
    });
}
