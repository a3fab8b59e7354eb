import { counted } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import { PostArticle } from '../posts/post_article.tsx';
import { PostFilter } from '../posts/post_filter.tsx';
import type { Layout, PostsModel } from '../view_models.ts';
import { NextPage } from './pagination.tsx';

export function PostsPage({ layout, model }: { layout: Layout; model: PostsModel }): JSX.Element {
  return (
    <Page title="Find" current="/find" layout={layout}>
      <div class="posts-page">
        <h1>Find</h1>
        <PostFilter query={model.query} />
        {/* The list refreshes only while it is empty: posts must not move while they are read. */}
        <LivePart id="posts" follow={model.page.posts.length === 0}>
          <PostList model={model} now={layout.now} />
        </LivePart>
      </div>
    </Page>
  );
}

function PostList({ model, now }: { model: PostsModel; now: Date }): JSX.Element {
  const { page, query, problem, nextHref } = model;
  if (problem) return <Problem problem={problem} />;
  if (page.posts.length === 0) return <NoPosts query={query} />;
  return (
    <>
      <p class="total" safe>
        {total(model)}
      </p>
      {page.posts.map((post) => (
        <PostArticle post={post} now={now} />
      ))}
      <NextPage href={nextHref} label="Older posts" />
    </>
  );
}

function total({ page, query }: PostsModel): string {
  const posts = counted(page.total, 'post');
  const author = query.author === '' ? '' : ` of @${query.author}`;
  if (query.q === '') return `${posts}${author}`;
  if (query.by === 'words') return `${posts}${author} with “${query.q}”`;
  return `The ${counted(page.posts.length, 'post')} nearest in meaning to “${query.q}”${author}`;
}

function Problem({ problem }: { problem: NonNullable<PostsModel['problem']> }): JSX.Element {
  return (
    <div class="empty" role="status">
      <p safe>{problem.message}</p>
      <a class="button" href={problem.href} safe>
        {problem.action}
      </a>
    </div>
  );
}

function NoPosts({ query }: { query: PostsModel['query'] }): JSX.Element {
  if (query.q !== '' || query.author !== '') {
    return (
      <p class="empty">
        No posts match. <a href={urlTo('/find')}>Show all posts</a>, or{' '}
        <a href={urlTo('/search')}>search</a> a source for more.
      </p>
    );
  }
  return (
    <p class="empty">
      No posts yet. To collect some, <a href={urlTo('/scrape')}>scrape a user</a> or{' '}
      <a href={urlTo('/search')}>search a topic</a>.
    </p>
  );
}
