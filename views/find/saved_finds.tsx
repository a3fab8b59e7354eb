import type { ListedFind } from '../../src/operations/find/saved.ts';
import { quoted } from '../../src/text/isolated.ts';
import { newPostsWords, savedFindWords } from '../../src/text/saved_find_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { relativeTime } from '../time.tsx';
import type { FindModel } from '../view_models.ts';
import { findParameters } from './find_href.ts';

interface SavedFindsProps {
  finds: ListedFind[];
  /** The one that the page shows. */
  current?: ListedFind;
  isOpen: boolean;
  now: Date;
}

/** The saved finds, folded; nothing when there are none. */
export function SavedFinds({ finds, current, isOpen, now }: SavedFindsProps): JSX.Element {
  if (finds.length === 0) return '';
  const fresh = finds.filter((find) => newPostsWords(find) !== '').length;
  return (
    <details class="saved-finds" id="saved-finds" open={isOpen}>
      <summary safe>
        {`Saved finds (${finds.length})${fresh > 0 ? ` · ${fresh} with new posts` : ''}`}
      </summary>
      <p class="muted">
        What matches and was collected since a find was last opened is new. Opening it counts that
        as seen, here and in the terminal.
      </p>
      <SavedFindList finds={finds} current={current} now={now} />
    </details>
  );
}

/** So many are shown; the posts below them stay on the first screen. */
const MAX_SHOWN = 5;

export function SavedFindList({ finds, current, now }: Omit<SavedFindsProps, 'isOpen'>) {
  // One more takes as much room as the line that unfolds it.
  const shown = finds.length > MAX_SHOWN + 1 ? MAX_SHOWN : finds.length;
  const others = finds.slice(shown);
  return (
    <>
      <SavedFindRows finds={finds.slice(0, shown)} current={current} now={now} />
      {others.length > 0 && (
        <details class="more-finds" open={others.some(({ id }) => id === current?.id)}>
          <summary safe>{`${others.length} more`}</summary>
          <SavedFindRows finds={others} current={current} now={now} />
        </details>
      )}
    </>
  );
}

function SavedFindRows({ finds, current, now }: Omit<SavedFindsProps, 'isOpen'>) {
  return (
    <ul class="saved-find-list">
      {finds.map((find) => (
        <SavedFindRow find={find} isCurrent={find.id === current?.id} now={now} />
      ))}
    </ul>
  );
}

interface RowProps {
  find: ListedFind;
  isCurrent?: boolean;
  now: Date;
}

/** Forms, because opening a find changes what counts as new. */
export function SavedFindRow({ find, isCurrent = false, now }: RowProps): JSX.Element {
  const { id, name, problems, openedAt } = find;
  const address = attributeText(urlTo(`/api/finds/${id}`));
  return (
    <li class="saved-find" aria-current={isCurrent ? 'true' : undefined}>
      {problems ? (
        <bdi class="saved-find-name" safe>
          {name}
        </bdi>
      ) : (
        <form method="post" action={`${address}/open`} data-reads={attributeText(savedHref(find))}>
          <button type="submit" class="saved-find-name">
            <bdi safe>{name}</bdi> <NewPostsCount find={find} />
          </button>
        </form>
      )}
      <ChangeFind find={find} address={address} />
      <p class="saved-find-about">
        <span safe>{savedFindWords(find)}</span>
        <span class="saved-find-opened"> · opened {relativeTime(openedAt, now)}</span>
      </p>
    </li>
  );
}

/** Renames it or removes it; a second press, so that nothing is removed by mistake. */
function ChangeFind({ find: { id, name }, address }: { find: ListedFind; address: string }) {
  const field = `name-${id}`;
  return (
    <details class="saved-find-change" data-changes="remove">
      <summary>
        Change…<span class="visually-hidden" safe>{` ${name}`}</span>
      </summary>
      <form method="post" action={`${address}/rename`} class="change-find-form">
        <label for={field}>New name</label>
        <input
          type="text"
          id={field}
          name="name"
          value={attributeText(name)}
          maxlength={MAX_NAME}
          required
        />
        <button type="submit" aria-label={attributeText(`Rename ${quoted(name)}`)}>
          Rename
        </button>
      </form>
      <form method="post" action={`${address}/remove`} class="change-find-form">
        <span class="muted">The posts stay.</span>
        <button type="submit" aria-label={attributeText(`Remove ${quoted(name)}`)}>
          Remove
        </button>
      </form>
    </details>
  );
}

/** The page of its query. Unlike opening, it counts no post as seen. */
function savedHref({ query }: ListedFind): string {
  const fields = Object.entries(query).filter(([, value]) => value !== undefined);
  return urlTo(`/find?${new URLSearchParams(fields as [string, string][])}`);
}

function NewPostsCount({ find }: { find: ListedFind }): JSX.Element {
  const words = newPostsWords(find);
  if (words === '') return '';
  return (
    <span class="badge" safe>
      {words}
    </span>
  );
}

interface SaveFindProps {
  model: Pick<FindModel, 'query' | 'savedAs' | 'like'>;
}

/** The form that saves the page's query, or the name that it is saved under. */
export function SaveFind({ model: { query, savedAs, like } }: SaveFindProps): JSX.Element {
  if (savedAs) {
    return (
      <p class="save-find">
        Saved as “<bdi safe>{savedAs.name}</bdi>”.
      </p>
    );
  }
  return (
    <details class="save-find" data-changes="remove">
      <summary>Save this find</summary>
      <form method="post" action={urlTo('/api/finds')} class="save-find-form">
        <SavedQuery query={query} />
        <NameField name={like === undefined ? query.q : `Like “${like}”`} />
        <button type="submit">Save</button>
      </form>
    </details>
  );
}

/** The query of a find as the fields of a form. */
export function SavedQuery({ query }: { query: FindModel['query'] }): JSX.Element {
  const { q, by, sort, like } = query;
  return (
    <>
      {[...findParameters({ q, by, sort, ...(like && { like }) })].map(([name, value]) => (
        <input type="hidden" name={attributeText(name)} value={attributeText(value)} />
      ))}
    </>
  );
}

const MAX_NAME = 80;

export function NameField({ name }: { name: string }): JSX.Element {
  return (
    <>
      <label for="name">Name</label>
      <input
        type="text"
        id="name"
        name="name"
        value={attributeText([...name].slice(0, MAX_NAME).join(''))}
        maxlength={MAX_NAME}
        required
      />
    </>
  );
}
