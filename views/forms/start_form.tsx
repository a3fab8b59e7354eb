import type { Field } from '../../src/operations/fields.ts';
import { isTooSmall } from '../../src/operations/sentences.ts';
import { wordsOf } from '../../src/operations/words.ts';
import { sourceTitle } from '../../src/text/format.ts';
import { pauseText } from '../../src/text/queue_text.ts';
import { sentenceCase } from '../../src/text/schedule_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import type { FormState, SourceOption, StartModel } from '../view_models.ts';
import { attributeText, CheckboxField, NumberField, SelectField, TextField } from './field.tsx';
import { PostForm } from './post_form.tsx';
import { RepeatFields } from './repeat_fields.tsx';
import { chosenSource, sourceData } from './sources.ts';
import { WhenAndHow } from './start_options.tsx';

/** Starts a job; with htmx the answer appears under its button, without it a page follows. */
export function StartForm({ model }: { model: StartModel }): JSX.Element {
  const { type, form } = model;
  return (
    <PostForm
      class="start-form"
      action={urlTo(`/api/${type}`)}
      target="find .form-result"
      swap="innerHTML"
    >
      {rowsOf(model.fields).map((row) => (
        <Row row={row} model={model} />
      ))}
      <WhenAndHow form={form} />
      <MoreOptions form={form} />
      <Pauses pauses={model.pauses} />
      <div class="form-actions">
        <StartButton type={type} form={form} />
      </div>
      {model.timeZone !== undefined && (
        <RepeatFields type={type} form={form} timeZone={model.timeZone} preview={model.preview} />
      )}
      <div class="form-result" id="start-result">
        <WhatIsWrong form={form} />
      </div>
    </PostForm>
  );
}

/** Said before the press: what is started waits. */
function Pauses({ pauses = [] }: Pick<StartModel, 'pauses'>): JSX.Element {
  if (pauses.length === 0) return '';
  return (
    <p class="result warning">
      <span safe>{sentenceCase(pauses.map(pauseText).join(', '))}</span>: its jobs wait until that
      is resumed on the <a href={urlTo('/workers')}>Workers</a> page.
    </p>
  );
}

/** It says what a press does; the browser's script keeps it true when its field is ticked. */
function StartButton({ type, form }: Pick<StartModel, 'type' | 'form'>): JSX.Element {
  const { name, button } = wordsOf(type);
  if (button === undefined)
    return (
      <button type="submit" class="primary" safe>
        {name}
      </button>
    );
  const { field, ticked, unticked } = button;
  return (
    <button
      type="submit"
      class="primary"
      data-field={attributeText(field)}
      data-ticked={attributeText(ticked)}
      data-unticked={attributeText(unticked)}
      safe
    >
      {form.values[field] === 'true' ? ticked : unticked}
    </button>
  );
}

/** The form with what its fields begin with, where nothing was typed yet. */
export function withInitialValues(form: FormState, fields: Field[]): FormState {
  const initial = fields.flatMap((field) => {
    const bySource = field.initialBySource?.[form.values.source ?? ''];
    const value = bySource ?? field.initial ?? field.default ?? onlyChoice(field);
    return value === undefined || field.name === 'source' ? [] : [[field.name, String(value)]];
  });
  return { ...form, values: { ...Object.fromEntries(initial), ...form.values } };
}

/** A browser chooses the first of them. */
function onlyChoice({ kind, required, values }: Field): string | undefined {
  return kind === 'choice' && required ? values?.[0] : undefined;
}

function rowsOf(fields: Field[]): Field[][] {
  const rows: Field[][] = [];
  for (const field of fields) {
    if (field.sameRow && rows.length > 0) rows.at(-1)?.push(field);
    else rows.push([field]);
  }
  return rows;
}

function Row({ row, model }: { row: Field[]; model: StartModel }): JSX.Element {
  const fields = row.map((field) => {
    const own = model.parts.fields?.[field.name];
    return own ? own(field) : <FormField field={field} model={model} />;
  });
  const [only, ...others] = fields;
  if (others.length === 0) return only ?? '';
  return <div class="field-row">{fields as 'safe'[]}</div>;
}

interface FormFieldProps {
  field: Field;
  model: Pick<StartModel, 'form' | 'sources'>;
}

/** A field as its rule has it. */
export function FormField({ field, model: { form, sources } }: FormFieldProps): JSX.Element {
  const { name, label, help, invalid, rule, min, max, maxLength, pattern, placeholder } = field;
  const { initialBySource, orAll, decimal, step } = field;
  const said = { name, label, help, invalid, rule, form };
  switch (field.kind) {
    case 'tick':
      return <CheckboxField {...said} />;
    case 'number':
      return (
        <NumberField
          {...said}
          {...{ min, max, decimal, step, initialBySource, orAll }}
          initial={field.initial}
          required={isRequired(field)}
        />
      );
    case 'choice':
      return name === 'source' ? (
        <SourceField form={form} sources={sources} />
      ) : (
        <SelectField {...said}>
          {choicesOf(field).map((value) => (
            <option value={value} selected={value === form.values[name]} safe>
              {field.choices?.[value] ?? (value || 'Not set')}
            </option>
          ))}
        </SelectField>
      );
    case 'text':
      return (
        <TextField
          {...said}
          required={field.required}
          maxlength={maxLength}
          {...{ pattern, placeholder }}
        />
      );
  }
}

/** What may be left out can be left out in a form too. */
function choicesOf({ values = [], required, default: fallback }: Field): string[] {
  return required || fallback !== undefined ? values : ['', ...values];
}

/** A number that the form begins with is shown, and would be sent as nothing when it is deleted. */
function isRequired({ required, initial, initialBySource, default: fallback }: Field): boolean {
  if (initialBySource) return false;
  return required || initial !== undefined || fallback !== undefined;
}

/** The sources to choose from. */
function SourceField({ form, sources }: { form: FormState; sources: SourceOption[] }) {
  const chosen = chosenSource(form, sources);
  return (
    <>
      <SelectField name="source" label="Source" form={form}>
        {sources.map((source) => (
          <option
            value={source.name}
            selected={source === chosen}
            disabled={source.needsConnection && source !== chosen}
            {...sourceData(source)}
            safe
          >
            {`${sourceTitle(source)}${source.needsConnection ? ' (not connected)' : ''}`}
          </option>
        ))}
      </SelectField>
      <Unconnected sources={sources} />
      <WithoutBudget sources={sources} />
    </>
  );
}

/** Leads to where the others are connected. */
function Unconnected({ sources }: { sources: SourceOption[] }): JSX.Element {
  const titles = sources.filter(({ needsConnection }) => needsConnection).map(sourceTitle);
  if (titles.length === 0) return '';
  return (
    <p class="field-help source-note">
      <span safe>{titles.join(' and ')}</span> can do this when connected.{' '}
      <a href={urlTo('/sources')}>Connect on the Sources page</a>
    </p>
  );
}

/** Leads to where it is set or raised. */
function WithoutBudget({ sources }: { sources: SourceOption[] }): JSX.Element {
  const poor = sources.find(({ price }) => price?.hasNoBudget || isTooSmall(price?.budget));
  if (!poor) return '';
  const isUnset = poor.price?.hasNoBudget;
  return (
    <p class="field-help source-note">
      <span safe>{sourceTitle(poor)}</span> charges for posts, and{' '}
      {isUnset ? 'no budget is set' : 'too little of the budget is left'}.{' '}
      <a href={attributeText(urlTo(`/sources#source-${poor.name}`))}>
        {isUnset ? 'Set one' : 'Raise or reset it'} on the Sources page
      </a>
    </p>
  );
}

/** What few need. Open when it holds something, so that no value or error hides. */
function MoreOptions({ form }: { form: FormState }): JSX.Element {
  const used = Boolean(form.values.sessionId || form.errors.sessionId);
  return (
    <details class="more-options" open={used}>
      <summary>More options</summary>
      <TextField
        name="sessionId"
        label="Session"
        help="A name that groups jobs, to list them together later."
        maxlength={100}
        form={form}
      />
    </details>
  );
}

function WhatIsWrong({ form }: { form: FormState }): JSX.Element {
  const wrong = Object.keys(form.errors).length;
  if (wrong === 0) return '';
  const fields = wrong === 1 ? 'One field is' : `${wrong} fields are`;
  return (
    <div class="result error" role="alert">
      <p
        safe
      >{`Nothing was ${form.values.type === undefined ? 'started' : 'scheduled'}. ${fields} invalid. Your other entries were kept.`}</p>
    </div>
  );
}
