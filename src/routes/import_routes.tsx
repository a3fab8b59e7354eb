import { Elysia } from 'elysia';
import { ImportsAnswer } from '../../views/forms/imports_answer.tsx';
import { listImports, receiveImport, removeImport } from '../sources/archive/index.ts';
import { html, seeOther } from './answer.ts';
import { readMultipart } from './multipart.ts';
import { isNavigation, wantsJson } from './negotiation.ts';
import { Problem } from './problem.ts';
import type { WebServices } from './services.ts';

/** Personal archives: uploaded, listed, removed. Reading one is a scrape job. */
export function importRoutes({ importsDir, config }: WebServices) {
  const { maxUploadBytes } = config;

  async function answer(request: Request, message: string, chosen?: string) {
    if (isNavigation(request)) return seeOther('/scrape#imports');
    const imports = await listImports(importsDir);
    if (wantsJson(request)) return Response.json({ imports }, { status: chosen ? 201 : 200 });
    return html(ImportsAnswer({ message, imports, chosen, now: new Date() }), chosen ? 201 : 200);
  }

  return new Elysia({ name: 'imports' })
    .get('/api/imports', async ({ request }) => answer(request, 'The archives that are here.'))
    .post(
      '/api/imports',
      async ({ request, server }) => {
        // An upload may pause for longer than Bun keeps a quiet connection.
        server?.timeout(request, 0);
        let received: string | undefined;
        await readMultipart(request, async ({ fileName, stream }) => {
          if (!fileName) return;
          const { signal } = request;
          const kept = { importsDir, fileName, stream, maxBytes: maxUploadBytes, signal };
          received = (await receiveImport(kept)).name;
        });
        if (!received) throw noFile();
        return answer(request, `${received} is here; Import reads its posts.`, received);
      },
      { parse: 'none' },
    )
    .post('/api/imports/:name/remove', async ({ request, params }) => {
      await removeImport(importsDir, params.name);
      return answer(request, `${params.name} was removed. What was read from it is kept.`);
    });
}

function noFile(): Problem {
  return new Problem(422, 'invalid_input', 'No file was sent.', {
    message: 'Choose the zip file that X gave you, and send the form again.',
    details: { file: 'File is missing.' },
  });
}
