import { Elysia } from 'elysia';
import { PostArticle } from '../../views/posts/post_article.tsx';
import { ProfileTable } from '../../views/profiles/profile_table.tsx';
import { html } from './answer.ts';
import { findPosts, readPostsQuery, readProfilesQuery } from './library_query.ts';
import { wantsJson } from './negotiation.ts';
import { Problem } from './problem.ts';
import type { WebServices } from './services.ts';

const NOTHING_FOUND = '<p class="empty-note">Nothing was found.</p>';

/** What was collected, for programs and for curl. */
export function libraryRoutes(services: WebServices) {
  return new Elysia({ name: 'library' })
    .get('/api/posts', async ({ request }) => {
      const { page, problem } = await findPosts(
        services,
        readPostsQuery(request, services.sources),
      );
      if (problem) {
        throw new Problem(503, 'model_unavailable', 'The model is not ready.', {
          message: problem.message,
        });
      }
      if (wantsJson(request)) return Response.json(page);
      const now = new Date();
      return html(page.posts.map((post) => PostArticle({ post, now })).join('') || NOTHING_FOUND);
    })
    .get('/api/profiles', ({ request }) => {
      const page = services.library.profiles(readProfilesQuery(request));
      if (wantsJson(request)) return Response.json(page);
      return html(ProfileTable({ profiles: page.profiles }));
    });
}
