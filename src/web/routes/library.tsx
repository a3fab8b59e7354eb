import type { Elysia } from 'elysia';
import { PostArticle } from '../../../views/posts/post_article.tsx';
import { SearchNotes } from '../../../views/posts/search_notes.tsx';
import { ProfileTable } from '../../../views/profiles/profile_table.tsx';
import { findPosts, toPostsQuery, toProfilesQuery } from '../../operations/find_posts.ts';
import { moreText, noteLines, postsText, profileTable } from '../../text/library_text.ts';
import { about, answers, INVALID_QUERY } from '../contract/declare.ts';
import { PROFILES_QUERY, postsQuery } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { respond } from '../http/rendered.ts';

const NOTHING_FOUND = '<p class="empty-note">Nothing was found.</p>';

/** Collected posts and profiles, for programs. */
export function libraryRoutes(deps: WebDeps) {
  return (app: Elysia) =>
    app
      .get(
        '/api/posts',
        async ({ query }) => {
          const page = await findPosts(deps, toPostsQuery(query));
          return respond(() => page, {
            async html() {
              const now = new Date();
              const shown = await deps.pictures.withOwn(page.posts);
              const posts = shown.map((post) => PostArticle({ post, now })).join('');
              return SearchNotes({ notes: page.notes }) + (posts || NOTHING_FOUND);
            },
            text: () => postsText(page.posts) + noteLines(page.notes) + moreText(page),
          });
        },
        {
          query: postsQuery(deps.sources),
          response: answers(200, 'PostPage', 'A page of posts.', {
            422: INVALID_QUERY,
            503: 'Search by meaning needs a model that has not been downloaded yet.',
          }),
          detail: about(
            'Read',
            'find_posts',
            'Posts by author and words, newest first, or by meaning, nearest first',
          ),
        },
      )
      .get(
        '/api/profiles',
        ({ query }) => {
          const page = deps.library.profiles(toProfilesQuery(query));
          return respond(() => page, {
            html: () => ProfileTable({ profiles: page.profiles }),
            text: () => profileTable(page.profiles) + moreText(page),
          });
        },
        {
          query: PROFILES_QUERY,
          response: answers(200, 'ProfilePage', 'A page of profiles.', { 422: INVALID_QUERY }),
          detail: about('Read', 'find_profiles', 'Profiles by words in names or bios'),
        },
      );
}
