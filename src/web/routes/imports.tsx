import type { Elysia } from 'elysia';
import { ImportsAnswer } from '../../operations/scrape/archive.tsx';
import {
  ImportInUse,
  removeStoredImport,
  storedImports,
  undoImport,
} from '../../operations/scrape/imports.ts';
import { importsText, removedText, storedText, undoneText } from '../../text/import_text.ts';
import { urlTo } from '../../text/urls.ts';
import { about, answers, refusals, returns } from '../contract/declare.ts';
import { ARCHIVE_FILE, IMPORT_NAME, NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { refererOf } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import { respond } from '../http/rendered.ts';
import { receiveUpload } from '../http/uploads.ts';

/** Uploads, lists, undoes and removes personal archives. A scrape job imports one. */
export function importRoutes(deps: WebDeps) {
  return (app: Elysia) =>
    app
      .get('/api/imports', ({ request }) => list(deps, request, STORED), {
        query: NO_QUERY,
        response: { 200: returns('Imports', 'The archives.'), ...refusals() },
        detail: about('Read', 'list_imports', 'The stored archives, newest first'),
      })
      .post(
        '/api/imports',
        async ({ request, server, status }) => {
          const { fields, isKnown } = await receiveUpload(deps, request, server);
          const { archive = '' } = fields;
          const message = isKnown
            ? `This archive is already stored as ${archive}. Choose Import to read its posts.`
            : storedText(archive);
          const page = pageAfter('stored', archive);
          return status(201, await list(deps, request, { message, page, chosen: archive }));
        },
        {
          // The file is streamed to disk.
          parse: 'none',
          body: ARCHIVE_FILE,
          response: answers(201, 'Imports', 'The archives, including the new one.', {
            408: 'Nothing more of the file arrived for too long.',
            413: 'The file is larger than this server accepts.',
            422: 'No file was sent, or it is not an archive.',
            503: 'The file cannot be stored: the disk is full, or the folder is read-only.',
          }),
          detail: about('Read', 'keep_import', 'Upload an archive without importing it'),
        },
      )
      .use(undoRoute(deps))
      .post(
        '/api/imports/:name/remove',
        async ({ request, params: { name } }) => {
          const { reader } = deps.tracker;
          await removeStoredImport({ ...deps, reader }, name).catch(refuse('removed'));
          deps.health.changedImports('removed');
          const page = pageAfter('deleted', name);
          return list(deps, request, { message: removedText(name), page });
        },
        {
          params: IMPORT_NAME,
          response: answers(200, 'Imports', 'The remaining archives.', {
            404: 'There is no such archive.',
            409: 'A job is importing it.',
          }),
          detail: about('Read', 'remove_import', 'Remove an archive; its imported posts are kept'),
        },
      );
}

function undoRoute(deps: WebDeps) {
  return (app: Elysia) =>
    app.post(
      '/api/imports/:name/undo',
      async ({ request, server, set, params: { name } }) => {
        // Bun ends a connection on which nothing is sent for ten seconds.
        server?.timeout(request, 0);
        const answer = await undo(deps, request, name);
        // The report of the job then says that it was undone.
        if (!isFromImportsPage(request)) set.headers['hx-trigger'] = 'jobs-changed';
        return answer;
      },
      {
        params: IMPORT_NAME,
        response: answers(200, 'ImportUndone', 'How many posts were removed, and the archives.', {
          404: 'There is no such archive.',
          409: 'A job is importing it.',
        }),
        detail: about('Act', 'undo_import', 'Remove the posts that only this import has brought', {
          description:
            'Posts that another import or another job has brought too stay, and so does the archive. An undo that was interrupted can be repeated.',
        }),
      },
    );
}

interface Outcome {
  /** What was just done. */
  message: string;
  /** The page that says the same, for browsers without a script. */
  page: string;
  /** The archive to choose in the form. */
  chosen?: string;
}

const STORED: Outcome = { message: 'The stored archives.', page: '/scrape#imports' };

/** Its address carries the outcome. */
function pageAfter(outcome: 'stored' | 'deleted', name: string): string {
  return `/scrape?source=archive&${outcome}=${encodeURIComponent(name)}#imports`;
}

async function list(deps: WebDeps, request: Request, { message, page, chosen }: Outcome) {
  const imports = await storedImports(deps);
  const isListed = isFromImportsPage(request);
  return respond(() => ({ imports }), {
    html: () => ImportsAnswer({ message, imports, chosen, isListed, now: new Date() }),
    text: () => importsText(imports),
    seeOther: () => urlTo(page as `/${string}`),
  });
}

async function undo(deps: WebDeps, request: Request, name: string) {
  const { reader } = deps.tracker;
  const undone = await undoImport({ ...deps, reader }, name).catch(refuse('undone'));
  const imports = await storedImports(deps);
  const message = undoneText(undone);
  const isListed = isFromImportsPage(request);
  const { removed, stayed } = undone;
  return respond(() => ({ undone, imports }), {
    html: () => ImportsAnswer({ message, imports, isListed, chosen: name, now: new Date() }),
    text: () => `${message}\n`,
    seeOther: () => {
      const query = `source=archive&undone=${encodeURIComponent(name)}`;
      return urlTo(`/scrape?${query}&removed=${removed}&stayed=${stayed}#imports`);
    },
  });
}

/** The list and the choices of other pages have no place to be updated. */
function isFromImportsPage(request: Request): boolean {
  const from = refererOf(request);
  return from === undefined || from.split('?')[0] === urlTo('/scrape');
}

function refuse(what: 'removed' | 'undone'): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ImportInUse)) throw error;
    const { message } = error;
    throw new Problem(409, 'import_in_use', `The import was not ${what}.`, { message });
  };
}
