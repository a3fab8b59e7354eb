import { Elysia } from 'elysia';
import { PostArticle } from '../../../views/posts/post_article.tsx';
import { ProfileTable } from '../../../views/profiles/profile_table.tsx';
import { findPosts } from '../../operations/find_posts.ts';
import { moreText, postsText, profileTable } from '../../text/library_text.ts';
import type { WebDeps } from '../deps.ts';
import { wantsJson, wantsText } from '../http/negotiation.ts';
import { html, plainText } from '../http/responses.ts';
import { readPostsQuery, readProfilesQuery } from './library_query.ts';

const NOTHING_FOUND = '<p class="empty-note">Nothing was found.</p>';

/** What was collected, for programs and for curl. */
export function libraryRoutes(services: WebDeps) {
  return new Elysia({ name: 'library' })
    .get('/api/posts', async ({ request }) => {
      const page = await findPosts(services, readPostsQuery(request, services.sources));
      if (wantsJson(request)) return Response.json(page);
      if (wantsText(request)) return plainText(postsText(page.posts) + moreText(page));
      const now = new Date();
      return html(page.posts.map((post) => PostArticle({ post, now })).join('') || NOTHING_FOUND);
    })
    .get('/api/profiles', ({ request }) => {
      const page = services.library.profiles(readProfilesQuery(request));
      if (wantsJson(request)) return Response.json(page);
      if (wantsText(request)) return plainText(profileTable(page.profiles) + moreText(page));
      return html(ProfileTable({ profiles: page.profiles }));
    });
}
