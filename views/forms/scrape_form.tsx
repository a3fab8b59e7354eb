import type { FormState, ImportOption, SourceOption } from '../view_models.ts';
import { attributeText, CheckboxField, NumberField, SelectField, TextField } from './field.tsx';
import { MoreOptions } from './more_options.tsx';
import { SourceField } from './source_field.tsx';
import { StartForm } from './start_form.tsx';

export const SCRAPE_DEFAULTS = {
  maxTweets: '100',
  includeReplies: 'false',
  includeRetweets: 'false',
};

export const USERNAME_PATTERN = '@?[A-Za-z0-9_.\\-]+';

interface ScrapeFormProps {
  form: FormState;
  sources: SourceOption[];
  imports: ImportOption[];
}

export function ScrapeForm({ form, sources, imports }: ScrapeFormProps): JSX.Element {
  const offersArchive = sources.some(({ name }) => name === 'archive');
  return (
    <StartForm type="scrape" action="Scrape" form={form}>
      <TextField
        name="username"
        label="Username"
        help="With or without @. An archive names its own."
        // An archive needs no username, and a required field would keep it from being sent.
        required={!(offersArchive && imports.length > 0)}
        pattern={USERNAME_PATTERN}
        maxlength={254}
        placeholder="aurora_lab"
        form={form}
      />
      <NumberField
        name="maxTweets"
        label="Posts at most"
        min={1}
        max={10_000}
        required
        form={form}
      />
      <CheckboxField name="includeReplies" label="Include replies" form={form} />
      <CheckboxField name="includeRetweets" label="Include reposts" form={form} />
      <SourceField form={form} sources={sources} />
      {offersArchive && <ArchiveField form={form} imports={imports} />}
      <MoreOptions form={form} />
    </StartForm>
  );
}

/** CSS shows it only while the source is the archive. */
function ArchiveField({ form, imports }: { form: FormState; imports: ImportOption[] }) {
  return (
    <div class="only-archive">
      <SelectField name="archive" label="Archive" form={form}>
        <ArchiveOptions imports={imports} chosen={form.values.archive} />
      </SelectField>
    </div>
  );
}

export function ArchiveOptions({ imports, chosen }: { imports: ImportOption[]; chosen?: string }) {
  if (imports.length === 0) return <option value="">None imported yet</option>;
  return (
    <>
      {imports.map(({ name }) => (
        <option value={attributeText(name)} selected={name === chosen} safe>
          {name}
        </option>
      ))}
    </>
  );
}
