import { wordsOf } from '../../src/operations/words.ts';
import { sourceTitle } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import type { QuickStart } from '../view_models.ts';
import { attributeText } from './field.tsx';
import { PostForm } from './post_form.tsx';

/** The shortest form that starts each type, one field or none. */
export function QuickForms({ starts }: { starts: QuickStart[] }): JSX.Element {
  return (
    <section class="quick-forms panel" aria-label="Start a job" data-changes="remove">
      {starts.map((start) => (
        <QuickForm start={start} />
      ))}
    </section>
  );
}

function QuickForm({ start: { type, field, sources } }: { start: QuickStart }): JSX.Element {
  const { name, quick } = wordsOf(type);
  return (
    <PostForm
      class={field ? 'quick-form' : 'quick-form bare'}
      action={urlTo(`/api/${type}`)}
      target="find .form-result"
    >
      {field ? (
        <QuickField type={type} field={field} label={quick?.label ?? field.label} />
      ) : (
        <span class="quick-label" safe>
          {quick?.label ?? name}
        </span>
      )}
      <button type="submit" safe>
        {quick?.action ?? name}
      </button>
      <div class="field-help">
        <span safe>{quick?.help ?? ''}</span>
        <QuickSource type={type} sources={sources} />
      </div>
      <div class="form-result" />
    </PostForm>
  );
}

/** Where it reads from: a real name should not be looked up in the sample without a word. */
function QuickSource({ type, sources }: Omit<QuickStart, 'field'>): JSX.Element {
  if (sources.length === 0) return '';
  return (
    <label for={`${type}-source`}>
      {' · from '}
      <select id={`${type}-source`} name="source">
        {sources.map((source, index) => (
          <option value={attributeText(source.name)} selected={index === 0} safe>
            {sourceTitle(source)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A field without its help and its errors; unique in its page by the type. */
interface QuickFieldProps {
  type: string;
  field: NonNullable<QuickStart['field']>;
  label: string;
}

export function QuickField({ type, field, label }: QuickFieldProps): JSX.Element {
  const { name, placeholder, pattern, maxLength, rule } = field;
  const id = `${type}-${name}`;
  return (
    <>
      <label for={id} safe>
        {label}
      </label>
      <input
        type="text"
        {...{ id, name, placeholder, pattern }}
        data-rule={rule}
        required
        maxlength={maxLength}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
      />
    </>
  );
}
