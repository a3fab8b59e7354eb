import { hasOwnSentence, wordsOf } from '../../src/operations/words.ts';
import { sourceTitle } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import type { QuickStart, SourceOption } from '../view_models.ts';
import { attributeText } from './field.tsx';
import { PostForm } from './post_form.tsx';
import { connectLink, sourceData } from './sources.ts';

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

function QuickForm({ start }: { start: QuickStart }): JSX.Element {
  const { type, field, sources, unconnected } = start;
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
        <QuickSentence {...{ type, unconnected }} help={quick?.help} field={field?.name} />
        <QuickSource type={type} sources={sources} />
      </div>
      <div class="form-result" />
    </PostForm>
  );
}

interface QuickSentenceProps {
  type: string;
  /** Its words while nothing is typed. Default: none. */
  help?: string;
  /** The name of the field that is typed into. */
  field?: string;
  /** The sources that an address may be of, and that have to be connected first. */
  unconnected: SourceOption[];
}

/** What the form would start, or what is wrong with the input: the browser's script says it with every key. */
export function QuickSentence(props: QuickSentenceProps): JSX.Element {
  const { type, help = '', field, unconnected } = props;
  if (field === undefined || !hasOwnSentence(type)) return <span safe>{help}</span>;
  const links = Object.fromEntries(unconnected.map((one) => [one.name, connectLink(one)]));
  return (
    <output
      class="quick-sentence"
      data-sentence={attributeText(type)}
      data-typed={attributeText(field)}
      data-help={attributeText(help)}
      data-connect={attributeText(JSON.stringify(links))}
      safe
    >
      {help}
    </output>
  );
}

/** Where it reads from: a real name should not be looked up in the sample without a word. */
function QuickSource({ type, sources }: Pick<QuickStart, 'type' | 'sources'>): JSX.Element {
  if (sources.length === 0) return '';
  return (
    <label for={`${type}-source`}>
      {' · from '}
      <select id={`${type}-source`} name="source">
        {sources.map((source, index) => (
          <option
            value={attributeText(source.name)}
            selected={index === 0}
            {...sourceData(source)}
            safe
          >
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
