import type { EmbedModel, FormState } from '../view_models.ts';
import { NumberField, SelectField } from './field.tsx';
import { MoreOptions } from './more_options.tsx';
import { StartForm } from './start_form.tsx';

export const EMBED_DEFAULTS = { batchSize: '32' };

export function EmbedForm({ form, models }: { form: FormState; models: EmbedModel['models'] }) {
  return (
    <StartForm type="embed" action="Embed" form={form}>
      <SelectField name="model" label="Model" form={form}>
        {models.map(({ name }) => (
          <option value={name} selected={name === form.values.model} safe>
            {name}
          </option>
        ))}
      </SelectField>
      <NumberField
        name="batchSize"
        label="Batch size"
        help="Posts embedded at a time. A cancel takes effect between two batches."
        min={1}
        max={256}
        required
        form={form}
      />
      <MoreOptions form={form} />
    </StartForm>
  );
}
