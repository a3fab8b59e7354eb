import type { Elysia } from 'elysia';
import { AboutFound } from '../../../views/find/about_found.tsx';
import { PostArticle } from '../../../views/posts/post_article.tsx';
import type { AnswerNotes } from '../../operations/find/answer_notes.ts';
import { everything } from '../../operations/find/everything.ts';
import { exportLines } from '../../operations/find/export.ts';
import { find } from '../../operations/find/find.ts';
import type { Found } from '../../operations/find/found.ts';
import { type FindRequest, toFindRequest } from '../../operations/find/request.ts';
import { aboutFound, moreText, postsText } from '../../text/library_text.ts';
import { about, INVALID_QUERY, refusals, returns } from '../contract/declare.ts';
import { findQuery } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { EXPORT_TYPES, exportResponse } from '../http/exports.ts';
import { FIND_NOTES, findNotesHeader } from '../http/find_notes.ts';
import { wantsExport } from '../http/negotiation.ts';
import { BAD_QUERY, Problem } from '../http/problem.ts';
import { asStated, respond } from '../http/rendered.ts';

/** What was collected, found again. */
export function findRoutes(deps: WebDeps) {
  return (app: Elysia) =>
    app.get(
      '/api/find',
      async ({ request, server, query }) => {
        const wanted = toFindRequest(query, Date.now());
        const format = query.format ?? wantsExport(request);
        if (format) {
          const isDownload = query.format !== undefined;
          if (query.cursor !== undefined) throw cursorOfExport();
          const connection = { request, server };
          const options = { format, isDownload, limit: query.limit, connection };
          return asStated(exported(deps, wanted, options));
        }
        return page(deps, await find(deps, wanted));
      },
      {
        query: findQuery(deps.sources),
        response: {
          200: returns('Found', 'A page of the posts found, or all of them as an export.', {
            types: ['application/json', 'text/html', 'text/plain', ...Object.values(EXPORT_TYPES)],
            headers: {
              [FIND_NOTES]: {
                schema: { type: 'string' },
                description:
                  'Of an export: what `notes` and `didYouMean` tell in JSON, as a JSON list of texts in ASCII. Absent when there is nothing to tell.',
              },
            },
          }),
          ...refusals({
            422: INVALID_QUERY,
            503: 'A find by meaning needs a model that has not been downloaded yet.',
          }),
        },
        detail: about('Read', 'find', 'Posts by words, by meaning, or by both, with filters'),
      },
    );
}

type Wanted = Pick<Parameters<typeof exportResponse>[1], 'format' | 'isDownload' | 'connection'> & {
  limit: number | undefined;
};

function exported(
  deps: WebDeps,
  wanted: FindRequest,
  { limit, ...options }: Wanted,
): Promise<Response> {
  let about: AnswerNotes = { notes: [] };
  const onNotes = (told: AnswerNotes) => {
    about = told;
  };
  const lines = exportLines(everything(deps, wanted, { limit, onNotes }), options.format);
  const laterHeaders = () => findNotesHeader(about);
  return exportResponse(lines, { ...options, laterHeaders, onError: deps.streamFailed });
}

function cursorOfExport(): Problem {
  return new Problem(422, 'invalid_input', BAD_QUERY.title, {
    message: BAD_QUERY.ifInvalid,
    details: { cursor: 'Cursor is for pages. An export has all posts at once.' },
  });
}

function page({ pictures }: WebDeps, found: Found): Found {
  return respond(() => found, {
    async html() {
      const now = new Date();
      const shown = await pictures.withOwn(found.posts);
      const posts = shown.map((post) => PostArticle({ post, now })).join('');
      return AboutFound({ found }) + (posts || NOTHING_FOUND);
    },
    text: () => `${aboutFound(found).join('\n')}\n\n${postsText(found.posts)}${moreText(found)}`,
  });
}

const NOTHING_FOUND = '<p class="empty-note">Nothing was found.</p>';
