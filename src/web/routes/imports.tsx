import { Elysia } from 'elysia';
import { ImportsAnswer } from '../../operations/scrape/archive.tsx';
import { listImports, removeImport } from '../../sources/archive/index.ts';
import { importsText } from '../../text/library_text.ts';
import { about, answers, refusals, returns } from '../contract/declare.ts';
import { IMPORT_NAME, NO_QUERY, ZIP_FILE } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { respond } from '../http/rendered.ts';
import { receiveUpload } from '../http/uploads.ts';

/** Uploads, lists and removes personal archives. A scrape job imports one. */
export function importRoutes(deps: WebDeps) {
  const { importsDir } = deps;

  async function list(message: string, chosen?: string) {
    const imports = await listImports(importsDir);
    return respond(() => ({ imports }), {
      html: () => ImportsAnswer({ message, imports, chosen, now: new Date() }),
      text: () => importsText(imports),
      seeOther: () => '/scrape#imports',
    });
  }

  return new Elysia({ name: 'imports' })
    .get('/api/imports', () => list('The stored archives.'), {
      query: NO_QUERY,
      response: { 200: returns('Imports', 'The archives.'), ...refusals() },
      detail: about('Read', 'list_imports', 'The stored archives, newest first'),
    })
    .post(
      '/api/imports',
      async ({ request, server, status }) => {
        const { archive = '' } = await receiveUpload(deps, request, server);
        return status(
          201,
          await list(`${archive} was stored. Choose Import to read its posts.`, archive),
        );
      },
      {
        // The file is streamed to disk.
        parse: 'none',
        body: ZIP_FILE,
        response: answers(201, 'Imports', 'The archives, including the new one.', {
          408: 'Nothing more of the file arrived for too long.',
          413: 'The file is larger than this server accepts.',
          422: 'No file was sent, or it is not an archive.',
          503: 'The file cannot be stored: the disk is full, or the folder is read-only.',
        }),
        detail: about('Read', 'keep_import', 'Upload an archive without importing it'),
      },
    )
    .post(
      '/api/imports/:name/remove',
      async ({ params: { name } }) => {
        await removeImport(importsDir, name);
        return list(`${name} was removed. Its imported posts are kept.`);
      },
      {
        params: IMPORT_NAME,
        response: answers(200, 'Imports', 'The remaining archives.', {
          404: 'There is no such archive.',
        }),
        detail: about('Read', 'remove_import', 'Remove an archive; its imported posts are kept'),
      },
    );
}
