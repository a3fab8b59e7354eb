import type { Elysia } from 'elysia';
import { findHref } from '../../../views/find/find_href.ts';
import { SavedFindList, SavedFindRow } from '../../../views/find/saved_finds.tsx';
import { TakenNamePage } from '../../../views/pages/taken_name.tsx';
import { InvalidInput } from '../../jobs/index.ts';
import { FindNameTaken, TooManySavedFinds } from '../../library/index.ts';
import {
  type ListedFind,
  listSavedFinds,
  openSavedFind,
  removeSavedFind,
  renameSavedFind,
  SavedFindInvalid,
  saveFind,
  showSavedFind,
} from '../../operations/find/saved.ts';
import type { TypedSaveFind } from '../../operations/find/saved_request.ts';
import { savedFindTable } from '../../text/saved_find_text.ts';
import { urlTo } from '../../text/urls.ts';
import { about, answers, refusals, returns } from '../contract/declare.ts';
import { NO_QUERY, RENAME_FIND_BODY, SAVED_FIND_ID, saveFindBody } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { parseFields } from '../http/body.ts';
import { isNavigation, refererOf } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import { respond } from '../http/rendered.ts';
import type { RequestContext } from '../http/request_context.ts';
import { html } from '../http/responses.ts';
import { toFindPageQuery } from './find_page_query.ts';
import { layoutOf } from './layout.ts';

const NOT_SAVED = 'The find was not saved.';
const NO_SUCH_FIND = 'There is no such saved find.';

/** Lists and saves finds. */
export function savedFindRoutes(deps: WebDeps) {
  return (app: Elysia) =>
    app
      .get(
        '/api/finds',
        async () => {
          const finds = await listSavedFinds(deps);
          return respond(() => ({ finds }), {
            html: () => (finds.length > 0 ? SavedFindList({ finds, now: new Date() }) : NO_FINDS),
            text: () => savedFindTable(finds),
          });
        },
        {
          query: NO_QUERY,
          response: { 200: returns('SavedFinds', 'The saved finds.'), ...refusals() },
          detail: about('Read', 'list_finds', 'The saved finds, each with its new posts'),
        },
      )
      .post(
        '/api/finds',
        async ({ request, server, body, status }) => {
          try {
            const record = deps.tracker.audit.recorder(actorOf({ request, server }));
            const { find, isNew } = await saveFind(deps, body, record);
            return status(
              isNew ? 201 : 200,
              answer(find, () => pageOf(find)),
            );
          } catch (error) {
            if (error instanceof FindNameTaken && isNavigation(request))
              // A page, which is no answer of the contract.
              return takenName(deps, request, body, error) as never;
            throw refusal(error);
          }
        },
        {
          parse: parseFields,
          body: saveFindBody(deps.sources),
          response: {
            ...answers(201, 'SavedFindAnswer', 'The find, which counts as opened now.', {
              409: 'Another find has this name, or there are 100 finds.',
              422: 'Nothing was saved; `details` lists the invalid fields.',
            }),
            200: returns('SavedFindAnswer', 'It was replaced, or it is the same as before.'),
          },
          detail: about('Act', 'save_find', 'Save a find under a name'),
        },
      );
}

/** Opens and removes saved finds. */
export function savedFindChangeRoutes(deps: WebDeps) {
  const remove = async ({ request, server }: RequestContext, id: string) => {
    const record = deps.tracker.audit.recorder(actorOf({ request, server }));
    const removed = await removeSavedFind(deps, idOf(id), record);
    return answer(removed, () => refererOf(request) ?? urlTo('/find'));
  };
  const removed = {
    params: SAVED_FIND_ID,
    response: answers(200, 'SavedFindAnswer', 'The find that was removed.', { 404: NO_SUCH_FIND }),
  };
  return (app: Elysia) =>
    app
      .post(
        '/api/finds/:id/open',
        async ({ params: { id } }) => {
          const { find, seenKey } = await openSavedFind(deps, idOf(id)).catch((error) => {
            throw refusal(error);
          });
          return answer({ ...find, after: seenKey }, () => newsOf(find, seenKey));
        },
        {
          params: SAVED_FIND_ID,
          response: answers(200, 'SavedFindAnswer', 'The find as it was before.', {
            404: NO_SUCH_FIND,
            422: 'The find is no longer valid; `details` lists the invalid fields.',
          }),
          detail: about('Act', 'open_find', 'Count the posts of a find as new from now on', {
            description:
              'The answer has the number of posts that were new until now, the fields for GET /api/find, and `after`, with which it finds these posts alone.',
          }),
        },
      )
      .delete(
        '/api/finds/:id',
        ({ request, server, params: { id } }) => remove({ request, server }, id),
        {
          ...removed,
          detail: about('Act', 'delete_find', 'Remove a saved find'),
        },
      )
      .post(
        '/api/finds/:id/remove',
        ({ request, server, params: { id } }) => remove({ request, server }, id),
        {
          ...removed,
          detail: about(
            'Act',
            'remove_find',
            'Remove a saved find, for forms, which cannot send DELETE',
          ),
        },
      );
}

/** Renames saved finds. */
export function savedFindNameRoutes(deps: WebDeps) {
  return (app: Elysia) =>
    app.post(
      '/api/finds/:id/rename',
      async ({ request, server, params: { id }, body: { name } }) => {
        try {
          const record = deps.tracker.audit.recorder(actorOf({ request, server }));
          const find = await renameSavedFind(deps, idOf(id), name, record);
          return answer(find, () => refererOf(request) ?? urlTo('/find'));
        } catch (error) {
          if (error instanceof FindNameTaken && isNavigation(request))
            return nameTaken(deps, request, { id: idOf(id), name }, error) as never;
          throw refusal(error, 'Nothing was renamed. Choose another name.');
        }
      },
      {
        params: SAVED_FIND_ID,
        parse: parseFields,
        body: RENAME_FIND_BODY,
        response: answers(200, 'SavedFindAnswer', 'The find.', {
          404: NO_SUCH_FIND,
          409: 'Another find has this name.',
          422: 'Nothing was renamed; `details` lists the invalid fields.',
        }),
        detail: about('Act', 'rename_find', 'Give a saved find another name'),
      },
    );
}

const NO_FINDS = '<p class="empty-note">No finds have been saved.</p>';

function answer(find: ListedFind & { after?: number }, seeOther: () => string) {
  return respond(() => ({ find }), {
    html: () => SavedFindRow({ find, now: new Date() }),
    text: () => savedFindTable([find]),
    seeOther,
  });
}

/** The page that shows it. */
function pageOf({ query }: ListedFind): string {
  return findHref(toFindPageQuery(query));
}

/** The page that shows it, with its new posts marked. */
function newsOf(find: ListedFind, seenKey: number): string {
  // A saved find has words or filters, so there is a query.
  return find.newPosts?.count ? `${pageOf(find)}&after=${seenKey}` : pageOf(find);
}

/** @returns 0, which no find has, for what is no id. */
function idOf(typed: string): number {
  return /^\d{1,15}$/.test(typed) ? Number(typed) : 0;
}

async function takenName(
  deps: WebDeps,
  request: Request,
  { name, replace: _, ...query }: TypedSaveFind,
  { find }: FindNameTaken,
): Promise<Response> {
  const model = { name, query: toFindPageQuery(query), other: await showSavedFind(deps, find) };
  return html(TakenNamePage({ layout: await layoutOf(request, deps), model }), 409);
}

/** The same page for a find that was to have the name. */
async function nameTaken(
  deps: WebDeps,
  request: Request,
  { id, name }: { id: number; name: string },
  { find }: FindNameTaken,
): Promise<Response> {
  const renamed = deps.library.savedFinds.read(id)?.query ?? { q: '' };
  const other = await showSavedFind(deps, find);
  const model = { name, query: toFindPageQuery(renamed), other, renames: id };
  return html(TakenNamePage({ layout: await layoutOf(request, deps), model }), 409);
}

const REPLACES = 'Nothing was saved. Choose another name, or send replace=true to replace it.';

function refusal(error: unknown, ifTaken = REPLACES): unknown {
  if (error instanceof FindNameTaken) {
    return new Problem(409, 'name_taken', error.message, {
      message: ifTaken,
      details: { name: 'Name is that of another saved find.' },
    });
  }
  if (error instanceof InvalidInput)
    return new Problem(422, 'invalid_input', NOT_SAVED, { details: error.details });
  if (error instanceof TooManySavedFinds)
    return new Problem(409, 'too_many_finds', NOT_SAVED, { message: error.message });
  if (!(error instanceof SavedFindInvalid)) return error;
  return new Problem(422, 'find_invalid', error.message, {
    message: 'Remove it, and save it again as it is understood now.',
    details: error.details,
  });
}
