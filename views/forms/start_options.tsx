import { exactSpan } from '../../src/text/format.ts';
import type { FormState } from '../view_models.ts';
import { attributeText, MomentField, SelectField } from './field.tsx';

/** Milliseconds, and their words. */
const DELAYS: [ms: string, words: string][] = [
  ['', 'Now'],
  ['300000', 'In 5 minutes'],
  ['3600000', 'In an hour'],
  ['28800000', 'In 8 hours'],
  ['86400000', 'In a day'],
];

const PRIORITIES: [priority: string, words: string][] = [
  ['10', 'First (+10)'],
  ['5', 'High (+5)'],
  ['', 'Normal'],
  ['-5', 'Low (−5)'],
  ['-10', 'Last (−10)'],
];

const LIMITS: [ms: string, words: string][] = [
  ['', 'None'],
  ['600000', '10 minutes'],
  ['3600000', '1 hour'],
  ['21600000', '6 hours'],
  ['86400000', '1 day'],
];

const WHEN_AND_HOW = ['delayMs', 'runAt', 'priority', 'timeoutMs'];

/** When it starts, before which others, and for how long it may run. Folded while all is usual. */
export function WhenAndHow({ form }: { form: FormState }): JSX.Element {
  const used = WHEN_AND_HOW.some((name) => form.values[name] || form.errors[name]);
  return (
    <details class="more-options start-options" open={used}>
      <summary>When and how</summary>
      <OptionField
        name="delayMs"
        label="Start"
        help="How long it waits first."
        options={DELAYS}
        form={form}
      />
      <MomentField name="runAt" label="Or at" help="In place of a delay." form={form} />
      <HowFields form={form} />
    </details>
  );
}

/** Before which others it starts, and for how long it may run. */
export function HowFields({ form }: { form: FormState }): JSX.Element {
  return (
    <div class="field-row">
      <OptionField
        name="priority"
        label="Priority"
        help="Among the waiting jobs of this kind."
        options={PRIORITIES}
        form={form}
      />
      <OptionField
        name="timeoutMs"
        label="Time limit"
        help="For each attempt. Then the job fails."
        options={LIMITS}
        form={form}
      />
    </div>
  );
}

interface OptionFieldProps {
  name: string;
  label: string;
  help?: string;
  options: [value: string, words: string][];
  form: FormState;
}

/** A value that is none of the options is kept as one more: a number of milliseconds in words. */
function OptionField({ options, ...props }: OptionFieldProps): JSX.Element {
  const value = props.form.values[props.name] ?? '';
  const isKnown = options.some(([known]) => known === value);
  const all = isKnown ? options : [...options, [value, wordsOf(props.name, value)] as const];
  return (
    <SelectField {...props}>
      {all.map(([known, words]) => (
        <option value={attributeText(known)} selected={known === value} safe>
          {words}
        </option>
      ))}
    </SelectField>
  );
}

function wordsOf(name: string, value: string): string {
  return name.endsWith('Ms') && /^\d{1,15}$/.test(value) ? exactSpan(Number(value)) : value;
}
