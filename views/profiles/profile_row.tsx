import type { StoredProfile } from '../../src/library/library.ts';
import { count } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { PostForm } from '../forms/post_form.tsx';
import { authorHref, findByAuthorHref } from '../posts/post_href.ts';

export function ProfileRow({ profile }: { profile: StoredProfile }): JSX.Element {
  const { username, name, bio, followers, postsHeld, source } = profile;
  const author = { source, author: username };
  return (
    <tr>
      <th scope="row" class="profile-who">
        <a href={authorHref(author)}>
          <bdi safe>{name || username}</bdi>
        </a>{' '}
        <span class="post-handle" safe>
          {`@${username}`}
        </span>
      </th>
      <td class="profile-bio" dir="auto" safe>
        {bio}
      </td>
      <td class="number" data-label="Followers" safe>
        {followers === undefined ? '–' : count(followers)}
      </td>
      <td class="number" data-label="Saved posts">
        {postsHeld === 0 ? (
          '0'
        ) : (
          <a href={findByAuthorHref(author)} safe>
            {count(postsHeld)}
          </a>
        )}
      </td>
      <td data-label="Source">
        <span class="badge" safe>
          {source}
        </span>
      </td>
      <td class="profile-action">
        {/* An archive is read as a whole, and not by a name. */}
        {source !== 'archive' && <ScrapeButton username={username} source={source} />}
      </td>
    </tr>
  );
}

function ScrapeButton({ username, source }: { username: string; source: string }): JSX.Element {
  return (
    <PostForm action={urlTo('/api/scrape')} target="find .form-result">
      <input type="hidden" name="username" value={attributeText(username)} />
      <input type="hidden" name="source" value={attributeText(source)} />
      <button type="submit" aria-label={`Scrape @${attributeText(username)}`}>
        Scrape
      </button>
      <div class="form-result" />
    </PostForm>
  );
}
