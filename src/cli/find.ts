import { readTyped } from '../jobs/job_query.ts';
import { everything } from '../operations/find/everything.ts';
import { exportLines } from '../operations/find/export.ts';
import { find, readsIndex } from '../operations/find/find.ts';
import { type FindRequest, findRequestSchema, toFindRequest } from '../operations/find/request.ts';
import { indexNotes } from '../operations/index_notes.ts';
import { postsText } from '../text/library_text.ts';
import { parsed } from './input_errors.ts';
import { limitOf, notesOnce, openLibrary, pages, printJson, typedAs } from './library.ts';
import { flushed, outputClosed, write } from './output.ts';

export interface FindCommandOptions {
  by?: string;
  sort?: string;
  author?: string;
  source?: string;
  since?: string;
  until?: string;
  like?: string;
  limit?: string;
  json?: boolean;
  csv?: boolean;
}

/** Prints the posts found page by page, or all of them as CSV. */
export async function showFound(words: string[], options: FindCommandOptions): Promise<void> {
  const deps = openLibrary();
  const { limit, json, csv, ...typed } = options;
  const request = parsed(
    () =>
      toFindRequest(
        readTyped(findRequestSchema(deps.sources), { q: words.join(' '), ...typed }),
        Date.now(),
      ),
    typedAs,
  );
  try {
    if (csv) await printCsv(deps, request);
    else await printPages(deps, request, limitOf(limit), json === true);
  } finally {
    await deps.embedder.close();
  }
}

type Deps = ReturnType<typeof openLibrary>;

async function printCsv(deps: Deps, request: FindRequest): Promise<void> {
  notesOnce()(readsIndex(request) ? indexNotes(deps.library) : []);
  for await (const lines of exportLines(everything(deps, request), 'csv')) {
    write(lines);
    await flushed();
    if (outputClosed.aborted) return;
  }
}

async function printPages(
  deps: Deps,
  request: FindRequest,
  limit: number,
  asJson: boolean,
): Promise<void> {
  const printNotes = notesOnce();
  let separator = '';
  for await (const { posts, notes = [] } of pages(limit, (page) =>
    find(deps, { ...request, ...page }),
  )) {
    if (asJson) printJson(posts);
    else write(separator + postsText(posts));
    separator = '\n';
    printNotes(notes);
    await flushed();
    if (outputClosed.aborted) return;
  }
}
