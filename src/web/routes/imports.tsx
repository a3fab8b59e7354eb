import { Elysia } from 'elysia';
import { ImportsAnswer } from '../../operations/scrape/archive.tsx';
import { listImports, removeImport } from '../../sources/archive/index.ts';
import { importsText } from '../../text/library_text.ts';
import type { WebDeps } from '../deps.ts';
import { isNavigation, wantsJson, wantsText } from '../http/negotiation.ts';
import { html, plainText, seeOther } from '../http/responses.ts';
import { receiveUpload } from '../http/uploads.ts';

/** Personal archives: uploaded, listed, removed. Reading one is a scrape job. */
export function importRoutes(services: WebDeps) {
  const { importsDir } = services;

  async function answer(request: Request, message: string, chosen?: string) {
    if (isNavigation(request)) return seeOther('/scrape#imports');
    const imports = await listImports(importsDir);
    const status = chosen ? 201 : 200;
    if (wantsJson(request)) return Response.json({ imports }, { status });
    if (wantsText(request)) return plainText(importsText(imports), status);
    return html(ImportsAnswer({ message, imports, chosen, now: new Date() }), status);
  }

  return new Elysia({ name: 'imports' })
    .get('/api/imports', ({ request }) => answer(request, 'The archives that are here.'))
    .post(
      '/api/imports',
      async ({ request, server }) => {
        const { archive } = await receiveUpload(services, request, server);
        return answer(request, `${archive} is here; Import reads its posts.`, archive);
      },
      { parse: 'none' },
    )
    .post('/api/imports/:name/remove', async ({ request, params }) => {
      await removeImport(importsDir, params.name);
      return answer(request, `${params.name} was removed. What was read from it is kept.`);
    });
}
