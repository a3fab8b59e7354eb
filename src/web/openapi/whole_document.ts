import { toOpenAPISchema } from '@elysiajs/openapi';
import type { AnyElysia } from 'elysia';
import { type ApiDocument, apiDocument, VERSION } from './document.ts';
import type { StartDeps } from './start_paths.ts';

/** Pages, forms and assets are for people and browsers. */
const NOT_THE_API = { paths: /^\/(?!api\/|healthz$)/ };

/**
 * The document with every address of `routes` in it. What the plugin makes of the routes themselves
 * is a bare list, because the operations check what they are sent; it shows only where a description
 * is missing. The plugin's own pages would load their scripts from foreign hosts.
 */
export function wholeDocument(routes: AnyElysia, deps: StartDeps, hasToken: boolean): ApiDocument {
  const document = apiDocument(deps, hasToken);
  const bare = toOpenAPISchema(routes, NOT_THE_API, undefined, undefined, VERSION);
  return {
    ...document,
    paths: { ...(bare.paths as ApiDocument['paths']), ...document.paths },
    components: {
      ...document.components,
      schemas: { ...bare.components.schemas, ...document.components?.schemas } as never,
    },
  };
}
