import type { AnyElysia, Elysia } from 'elysia';
import { ApiPage } from '../../../views/pages/api.tsx';
import { basePath } from '../../text/urls.ts';
import { NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { originOf } from '../http/incoming.ts';
import type { ApiDocument } from '../openapi/document.ts';
import { layoutOf } from './layout.ts';

/**
 * The other pages do without this package: it loads node:stream, which would be a tenth of the time
 * to the first page.
 */
const HTML = { contentType: 'text/html; charset=utf-8', autoDoctype: false };

/**
 * The description of the API, as an OpenAPI document and as a page. It is built on first use.
 * @param routes called on first use, when all routes exist.
 */
export function openapiRoutes(deps: WebDeps, routes: () => AnyElysia) {
  const hasToken = deps.config.token !== undefined;
  let built: ApiDocument | undefined;
  const document = async () => {
    const { apiDocument } = await import('../openapi/document.ts');
    built ??= apiDocument(routes(), hasToken);
    return built;
  };
  return (app: Elysia) =>
    app
      .get('/openapi.json', async () => Response.json(await document()), {
        query: NO_QUERY,
        detail: { hide: true },
      })
      .get(
        '/docs/api',
        async ({ request }) => {
          const [described, { apiModel }, { handleHtml }] = await Promise.all([
            document(),
            import('../openapi/outline.ts'),
            import('@elysiajs/html/handler'),
          ]);
          const model = apiModel(described, originOf(request) + basePath());
          return handleHtml(ApiPage({ layout: await layoutOf(request, deps), model }), HTML, false);
        },
        { query: NO_QUERY, detail: { hide: true } },
      );
}
