import type { StoredProfile } from '../../src/library/library.ts';
import type { Found } from '../../src/operations/find/found.ts';
import { count, counted } from '../../src/text/format.ts';
import { totalText } from '../../src/text/found_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { NewPosts, type NewPostsProps } from '../find/new_posts.tsx';
import { attributeText } from '../forms/field.tsx';
import { PostForm } from '../forms/post_form.tsx';
import { Page } from '../layouts/page.tsx';
import { AlwaysPictures } from '../posts/always_pictures.tsx';
import { PostArticle } from '../posts/post_article.tsx';
import { findByAuthorHref } from '../posts/post_href.ts';
import { safeHref } from '../safe_href.ts';
import type { Layout } from '../view_models.ts';
import { NextPage } from './pagination.tsx';

/** An author of a source: the profile, as far as it is known, and the posts, newest first. */
export interface AuthorModel {
  source: string;
  username: string;
  profile?: StoredProfile;
  found: Found;
  nextHref?: string;
  /** What came since the page was opened. */
  news: NewPostsProps;
}

export function AuthorPage({ layout, model }: { layout: Layout; model: AuthorModel }): JSX.Element {
  const { found, nextHref, username, news } = model;
  return (
    <Page title={`@${username}`} current="/profiles" layout={layout} hasPosts>
      <div class="posts-page">
        <AuthorHead model={model} />
        <p class="total" safe>
          {`${totalText(found)} collected, newest first`}
        </p>
        <NewPosts {...news} />
        {found.posts.map((post) => (
          <PostArticle post={post} now={layout.now} />
        ))}
        <NextPage href={nextHref} label="Older posts" />
        <AlwaysPictures posts={found.posts} />
      </div>
    </Page>
  );
}

function AuthorHead({ model: { source, username, profile, found } }: { model: AuthorModel }) {
  const name = profile?.name || found.posts[0]?.authorName || username;
  return (
    <header class="author-head">
      <h1 dir="auto" safe>
        {name}
      </h1>
      <p>
        <span class="post-handle" safe>{`@${username}`}</span>{' '}
        <span class="badge" safe>
          {source}
        </span>
      </p>
      {profile ? <AuthorFacts profile={profile} /> : ''}
      <div class="author-actions">
        <a class="button" href={findByAuthorHref({ source, author: username })}>
          Find in these posts
        </a>
        <PostForm action={urlTo('/api/scrape')} target="find .form-result">
          <input type="hidden" name="username" value={attributeText(username)} />
          <input type="hidden" name="source" value={attributeText(source)} />
          {source !== 'archive' && <button type="submit">Collect posts</button>}
          <div class="form-result" />
        </PostForm>
        <a
          class="button quiet"
          data-changes="remove"
          href={urlTo(`/forget?${new URLSearchParams({ username, source })}`)}
        >
          Delete this author…
        </a>
      </div>
    </header>
  );
}

function AuthorFacts({ profile }: { profile: StoredProfile }): JSX.Element {
  const { bio, location, website, followers, following, posts } = profile;
  const facts = [
    location,
    followers !== undefined && `${count(followers)} followers`,
    following !== undefined && `${count(following)} following`,
    posts !== undefined && counted(posts, 'post'),
  ].filter(Boolean);
  const href = safeHref(website);
  return (
    <>
      {bio !== '' && (
        <p class="post-text" dir="auto" safe>
          {bio}
        </p>
      )}
      <p class="post-figures">
        <span safe>{facts.join(' · ')}</span>{' '}
        {href !== undefined && (
          <a href={href} target="_blank" rel="noopener noreferrer nofollow" safe>
            {href}
          </a>
        )}
      </p>
    </>
  );
}
