import { type AnyElysia, Elysia } from 'elysia';
import { ApiPage } from '../../../views/pages/api.tsx';
import { basePath } from '../../text/urls.ts';
import { NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';

/**
 * The description of the API, as an OpenAPI document and as a page. It is built on first use.
 * @param routes called on first use, when all routes exist.
 */
export function openapiRoutes(deps: WebDeps, routes: () => AnyElysia) {
  const hasToken = deps.config.token !== undefined;
  return new Elysia({ name: 'openapi' })
    .get(
      '/openapi.json',
      async () => {
        const { apiDocument } = await import('../openapi/document.ts');
        return Response.json(apiDocument(routes(), hasToken));
      },
      { query: NO_QUERY, detail: { hide: true } },
    )
    .get(
      '/docs/api',
      async ({ request }) => {
        const [{ apiDocument }, { apiModel }] = await Promise.all([
          import('../openapi/document.ts'),
          import('../openapi/outline.ts'),
        ]);
        const model = apiModel(
          apiDocument(routes(), hasToken),
          new URL(request.url).origin + basePath(),
        );
        return html(ApiPage({ layout: layoutOf(request, deps), model }));
      },
      { query: NO_QUERY, detail: { hide: true } },
    );
}
