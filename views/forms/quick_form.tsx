import { sourceTitle } from '../../src/text/format.ts';
import type { SourceOption } from '../view_models.ts';
import { USERNAME_PATTERN } from './scrape_form.tsx';

interface QuickFormProps {
  type: string;
  /** What the button says. */
  action: string;
  field?: { name: string; label: string; placeholder: string; pattern?: string };
  source?: SourceOption;
  help: string;
}

/** The shortest form that starts each of the four, one field or none. */
export function QuickForms({ sources }: { sources: SourceOption[] }): JSX.Element {
  const searched = sources.find(({ canSearch }) => canSearch);
  const discovered = sources.find(({ canDiscover }) => canDiscover);
  return (
    <section class="quick-forms panel" aria-labelledby="start-title">
      <h2 id="start-title">Start a job</h2>
      <QuickForm
        type="scrape"
        action="Scrape"
        field={{
          name: 'username',
          label: 'Scrape a user',
          placeholder: 'aurora_lab',
          pattern: USERNAME_PATTERN,
        }}
        source={sources[0]}
        help={`Up to 100 posts${of(sources[0])}`}
      />
      <QuickForm
        type="search"
        action="Search"
        field={{ name: 'query', label: 'Search a topic', placeholder: 'space, jazz' }}
        source={searched}
        help={`Up to 100 posts${of(searched)}`}
      />
      <QuickForm
        type="discover"
        action="Discover"
        field={{ name: 'query', label: 'Discover profiles', placeholder: 'climbing coach' }}
        source={discovered}
        help={`Up to 20 profiles${of(discovered)}`}
      />
      <QuickForm type="embed" action="Embed new posts" help="Those without a vector" />
    </section>
  );
}

function of(source: SourceOption | undefined): string {
  return source ? ` · ${sourceTitle(source)}` : '';
}

function QuickForm({ type, action, field, source, help }: QuickFormProps): JSX.Element {
  return (
    <form
      class={field ? 'quick-form' : 'quick-form bare'}
      method="post"
      action={`/api/${type}`}
      hx-post={`/api/${type}`}
      hx-target="find .form-result"
      hx-disabled-elt="find button"
    >
      {field ? <QuickField id={`${type}-${field.name}`} field={field} /> : ''}
      {source ? <input type="hidden" name="source" value={source.name} /> : ''}
      <button type="submit" safe>
        {action}
      </button>
      <p class="field-help" safe>
        {help}
      </p>
      <div class="form-result" />
    </form>
  );
}

function QuickField({ id, field }: { id: string; field: NonNullable<QuickFormProps['field']> }) {
  const { name, label, placeholder, pattern } = field;
  return (
    <>
      <label for={id} safe>
        {label}
      </label>
      <input
        type="text"
        {...{ id, name, placeholder, pattern }}
        required
        maxlength={254}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
      />
    </>
  );
}
