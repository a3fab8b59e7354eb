import { cut } from '../../src/text/cut.ts';
import { safeHref } from '../safe_href.ts';

const MAX_ADDRESS = 80;

/** The addresses of a post that do not stand in its text, such as those of cards. */
export function CardLinks({ urls }: { urls: string[] }): JSX.Element {
  if (urls.length === 0) return '';
  return (
    <ul class="post-media">
      {urls.map((url) => (
        <li>
          <CardLink url={url} />
        </li>
      ))}
    </ul>
  );
}

function CardLink({ url }: { url: string }): JSX.Element {
  const href = safeHref(url);
  const address = (href ?? url).replace(/^https?:\/\/(?:www\.)?/, '');
  const label = `Link: ${cut(address, MAX_ADDRESS)}`;
  if (href === undefined) return <span safe>{label}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" safe>
      {label}
    </a>
  );
}
