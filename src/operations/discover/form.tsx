import type { FormState, SourceOption } from '../view_models.ts';
import { CheckboxField, NumberField, TextField } from './field.tsx';
import { MoreOptions } from './more_options.tsx';
import { SourceField } from './source_field.tsx';
import { StartForm } from './start_form.tsx';

export const DISCOVER_DEFAULTS = { maxResults: '20', save: 'true', maxTweets: '100' };

interface DiscoverFormProps {
  form: FormState;
  sources: SourceOption[];
}

export function DiscoverForm({ form, sources }: DiscoverFormProps): JSX.Element {
  return (
    <StartForm type="discover" action="Discover" form={form}>
      <TextField
        name="query"
        label="Looking for"
        help="Words from a bio, a name or a trade."
        required
        maxlength={500}
        placeholder="climbing coach"
        form={form}
      />
      <NumberField
        name="maxResults"
        label="Profiles at most"
        min={1}
        max={1000}
        required
        form={form}
      />
      <CheckboxField name="save" label="Keep the profiles it finds" form={form} />
      <CheckboxField name="scrape" label="Then scrape each of them" form={form} />
      <NumberField
        name="maxTweets"
        label="Posts of each at most"
        help="Where they are scraped."
        min={1}
        max={10000}
        required
        form={form}
      />
      <SourceField form={form} sources={sources} />
      <MoreOptions form={form} />
    </StartForm>
  );
}
