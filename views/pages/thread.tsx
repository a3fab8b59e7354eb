import type { Post } from '../../src/sources/post.ts';
import { counted } from '../../src/text/format.ts';
import { Page } from '../layouts/page.tsx';
import { AlwaysPictures } from '../posts/always_pictures.tsx';
import { PostArticle } from '../posts/post_article.tsx';
import { isOfThread } from '../posts/post_links.tsx';
import type { Layout } from '../view_models.ts';

/** A post with the posts of its thread that were collected, oldest first. */
export interface ThreadModel {
  posts: Post[];
  /** Id of the post that was asked for. */
  id: string;
}

export function ThreadPage({ layout, model }: { layout: Layout; model: ThreadModel }): JSX.Element {
  const { posts, id } = model;
  return (
    <Page title={posts.length > 1 ? 'Thread' : 'Post'} current="/find" layout={layout} hasPosts>
      <div class="posts-page">
        <h1>{posts.length > 1 ? 'Thread' : 'Post'}</h1>
        <HowMany posts={posts} />
        {posts.map((post) => (
          <PostArticle
            post={post}
            now={layout.now}
            isCurrent={posts.length > 1 && post.id === id}
            isAsked={post.id === id}
            isInThread
          />
        ))}
        <AlwaysPictures posts={posts} />
      </div>
    </Page>
  );
}

/** Nothing for a post that belongs to no thread. */
function HowMany({ posts }: { posts: Post[] }): JSX.Element {
  if (posts.length > 1)
    return (
      <p class="total" safe>{`${counted(posts.length, 'post')} of it collected, oldest first`}</p>
    );
  return posts.some(isOfThread) ? (
    <p class="total">Nothing else of its thread was collected.</p>
  ) : (
    ''
  );
}
