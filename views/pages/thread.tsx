import type { Post } from '../../src/sources/post.ts';
import { counted } from '../../src/text/format.ts';
import { Page } from '../layouts/page.tsx';
import { AlwaysPictures } from '../posts/always_pictures.tsx';
import { PostArticle } from '../posts/post_article.tsx';
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
    <Page title="Thread" current="/find" layout={layout} hasPosts>
      <div class="posts-page">
        <h1>{posts.length > 1 ? 'Thread' : 'Post'}</h1>
        <p class="total">
          {posts.length > 1
            ? `${counted(posts.length, 'post')} of it collected, oldest first`
            : 'Nothing else of its thread was collected.'}
        </p>
        {posts.map((post) => (
          <PostArticle
            post={post}
            now={layout.now}
            isCurrent={posts.length > 1 && post.id === id}
            isInThread
          />
        ))}
        <AlwaysPictures posts={posts} />
      </div>
    </Page>
  );
}
