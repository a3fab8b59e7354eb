import { type AnyElysia, Elysia } from 'elysia';
import { ApiPage } from '../../../views/pages/api.tsx';
import type { WebDeps } from '../deps.ts';
import { html } from '../http/responses.ts';
import { frameOf } from './frame.ts';

/**
 * The API, described: as a document for programs and as a page for people. It is written when
 * somebody first asks for it.
 * @param routes has all the routes by then.
 */
export function openapiRoutes(services: WebDeps, routes: () => AnyElysia) {
  const { config } = services;
  const hasToken = config.token !== undefined;
  return new Elysia({ name: 'openapi' })
    .get('/openapi.json', async () => {
      const { wholeDocument } = await import('../openapi/whole_document.ts');
      return Response.json(wholeDocument(routes(), services, hasToken));
    })
    .get('/docs/api', async ({ request }) => {
      const [{ apiDocument }, { apiModel }] = await Promise.all([
        import('../openapi/document.ts'),
        import('../openapi/outline.ts'),
      ]);
      const model = apiModel(apiDocument(services, hasToken), new URL(request.url).origin);
      return html(ApiPage({ frame: frameOf(request, services), model }));
    });
}
