import { savedFindWords } from '../../src/text/saved_find_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { findHref } from '../find/find_href.ts';
import { NameField, SavedQuery } from '../find/saved_finds.tsx';
import { attributeText } from '../forms/field.tsx';
import { Page } from '../layouts/page.tsx';
import type { Layout, TakenNameModel } from '../view_models.ts';

/** Asks whether a saved find is to be replaced, or for another name. */
export function TakenNamePage({ layout, model }: { layout: Layout; model: TakenNameModel }) {
  const { name, query, other, renames } = model;
  return (
    <Page
      title="The name is taken"
      current="/find"
      layout={layout}
      styles={['pages.css', 'posts.css']}
    >
      <div class="confirm">
        <h1>The name is taken</h1>
        <p class="result error" role="alert">
          There is already a saved find “<bdi safe>{other.name}</bdi>”:{' '}
          <span safe>{savedFindWords(other)}</span>.{' '}
          {renames === undefined
            ? 'Nothing was saved. Replace it, or choose another name.'
            : 'Nothing was renamed. Choose another name.'}
        </p>
        {renames === undefined && (
          <form method="post" action={urlTo('/api/finds')} class="form-actions">
            <SavedQuery query={query} />
            <input type="hidden" name="name" value={attributeText(name)} />
            <input type="hidden" name="replace" value="true" />
            <button type="submit">Replace it</button>
          </form>
        )}
        <form
          method="post"
          action={urlTo(renames === undefined ? '/api/finds' : `/api/finds/${renames}/rename`)}
          class="save-find-form"
        >
          {renames === undefined && <SavedQuery query={query} />}
          <NameField name={name} />
          <button type="submit">
            {renames === undefined ? 'Save under this name' : 'Rename it'}
          </button>
        </form>
        <p>
          <a class="button" href={attributeText(findHref(query))}>
            Back to the posts
          </a>
        </p>
      </div>
    </Page>
  );
}
