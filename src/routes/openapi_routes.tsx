import { Elysia } from 'elysia';
import { ApiPage } from '../../views/pages/api.tsx';
import { html } from './answer.ts';
import { frameOf } from './frame.ts';
import { type ApiDocument, apiDocument } from './openapi/document.ts';
import { apiModel } from './openapi/outline.ts';
import type { WebServices } from './services.ts';

/** The API, described: as a document for programs and as a page for people. */
export function openapiRoutes(services: WebServices) {
  const { tracker, config } = services;
  let made: ApiDocument | undefined;
  /** Made at its first use: most runs of the server never need it. */
  const document = () => {
    made ??= apiDocument(tracker, config.token !== undefined);
    return made;
  };
  return new Elysia({ name: 'openapi' })
    .get('/openapi.json', () => Response.json(document()))
    .get('/docs/api', ({ request }) => {
      const model = apiModel(document(), new URL(request.url).origin);
      return html(ApiPage({ frame: frameOf(request, services), model }));
    });
}
