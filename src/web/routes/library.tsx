import { Elysia } from 'elysia';
import { PostArticle } from '../../../views/posts/post_article.tsx';
import { ProfileTable } from '../../../views/profiles/profile_table.tsx';
import { findPosts, toPostsQuery, toProfilesQuery } from '../../operations/find_posts.ts';
import { moreText, postsText, profileTable } from '../../text/library_text.ts';
import { refusals, returns } from '../contract/declare.ts';
import { PROFILES_QUERY, postsQuery } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { respond } from '../http/rendered.ts';

const NOTHING_FOUND = '<p class="empty-note">Nothing was found.</p>';

const INVALID_QUERY = 'The query cannot be used; details name what is wrong.';

/** What was collected, for programs and for curl. */
export function libraryRoutes(services: WebDeps) {
  return new Elysia({ name: 'library' })
    .get(
      '/api/posts',
      async ({ query }) => {
        const page = await findPosts(services, toPostsQuery(query));
        return respond(() => page, {
          html() {
            const now = new Date();
            return page.posts.map((post) => PostArticle({ post, now })).join('') || NOTHING_FOUND;
          },
          text: () => postsText(page.posts) + moreText(page),
        });
      },
      {
        query: postsQuery(services.sources),
        response: {
          200: returns('PostPage', 'A page of posts.'),
          ...refusals({
            422: INVALID_QUERY,
            503: 'Search by meaning needs a model that is not here yet.',
          }),
        },
        detail: {
          operationId: 'find_posts',
          tags: ['Read'],
          summary: 'Posts by author and words, newest first, or by meaning, nearest first',
        },
      },
    )
    .get(
      '/api/profiles',
      ({ query }) => {
        const page = services.library.profiles(toProfilesQuery(query));
        return respond(() => page, {
          html: () => ProfileTable({ profiles: page.profiles }),
          text: () => profileTable(page.profiles) + moreText(page),
        });
      },
      {
        query: PROFILES_QUERY,
        response: {
          200: returns('ProfilePage', 'A page of profiles.'),
          ...refusals({ 422: INVALID_QUERY }),
        },
        detail: { operationId: 'find_profiles', tags: ['Read'], summary: 'Profiles by words' },
      },
    );
}
