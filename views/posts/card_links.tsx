import type { PostLink } from '../../src/sources/post.ts';
import { cut } from '../../src/text/cut.ts';
import { safeHref } from '../safe_href.ts';

const MAX_ADDRESS = 80;

/** The links of a post that do not stand in its text, such as those of cards. */
export function CardLinks({ links }: { links: PostLink[] }): JSX.Element {
  const cards = links.flatMap(({ text, url }) => (text === '' ? (safeHref(url) ?? []) : []));
  if (cards.length === 0) return '';
  return (
    <ul class="post-media">
      {cards.map((href) => (
        <li>
          <a href={href} target="_blank" rel="noopener noreferrer nofollow" safe>
            {`Link: ${cut(href.replace(/^https?:\/\/(?:www\.)?/, ''), MAX_ADDRESS)}`}
          </a>
        </li>
      ))}
    </ul>
  );
}
