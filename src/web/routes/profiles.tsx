import type { Elysia } from 'elysia';
import { ProfilesPage } from '../../../views/pages/profiles.tsx';
import { toProfilesQuery } from '../../operations/find_posts.ts';
import { PROFILES_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { html } from '../http/responses.ts';
import { nextHrefOf } from './find_page.tsx';
import { layoutOf } from './layout.ts';

/** The people of the library. */
export function profilesPage(deps: WebDeps) {
  const { library } = deps;
  return (app: Elysia) =>
    app.get(
      '/profiles',
      async ({ request, query: typed }) => {
        const query = toProfilesQuery(typed);
        const page = library.profiles(query);
        const model = { page, query, nextHref: nextHrefOf(request, page.nextCursor) };
        return html(ProfilesPage({ layout: await layoutOf(request, deps), model }));
      },
      { query: PROFILES_QUERY, detail: { hide: true } },
    );
}
