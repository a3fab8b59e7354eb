import type { FoundPost } from '../../src/operations/find/found.ts';
import type { Post } from '../../src/sources/post.ts';
import { head } from '../../src/text/cut.ts';
import { count } from '../../src/text/format.ts';
import { attributeText } from '../forms/field.tsx';
import { PostText } from './post_text.tsx';

/** Texts up to this length are shown whole, in UTF-16 units. */
const MAX_UNFOLDED = 800;
/** About as much of a longer one is shown before the fold. */
const LEAD = 500;

type ShownPost = Post & Partial<Pick<FoundPost, 'marks' | 'snippet'>>;

/**
 * The text of a post. The end of a long one is folded, with what was found in it before the fold.
 * @param isWhole it is what the page is about, so nothing is folded.
 */
export function PostBody({
  post,
  isWhole = false,
}: {
  post: ShownPost;
  isWhole?: boolean;
}): JSX.Element {
  const { text, links, marks, language } = post;
  const about = { text, links, marks };
  const lang = language && attributeText(language);
  if (isWhole || text.length <= MAX_UNFOLDED) {
    return (
      <p class="post-text" dir="auto" lang={lang}>
        <PostText {...about} />
      </p>
    );
  }
  const fold = foldOf(text);
  return (
    <>
      <p class="post-text" dir="auto" lang={lang}>
        <PostText {...about} range={{ from: 0, to: fold }} />
      </p>
      <Snippet post={post} fold={fold} />
      <details class="post-rest">
        <summary>
          <span safe>{`Show the rest, ${count(text.length - fold)} characters`}</span>
        </summary>
        <p class="post-text" dir="auto" lang={lang}>
          <PostText {...about} range={{ from: fold, to: text.length }} />
        </p>
      </details>
    </>
  );
}

function Snippet({ post, fold }: { post: ShownPost; fold: number }): JSX.Element {
  const { snippet, text, links, marks } = post;
  if (snippet === undefined || snippet.to <= fold) return '';
  return (
    <p class="post-text post-snippet" dir="auto">
      … <PostText text={text} links={links} marks={marks} range={snippet} />
      {snippet.to < text.length ? ' …' : ''}
    </p>
  );
}

/** After a space, where there is one; never within a character. */
function foldOf(text: string): number {
  const space = text.lastIndexOf(' ', LEAD);
  return head(text, space > LEAD / 2 ? space + 1 : LEAD).length;
}
