import { repeatedDefaults, wordsOf } from '../../src/operations/words.ts';
import { DEFAULT_AT, WEEKDAYS } from '../../src/schedules/repetition.ts';
import { urlTo } from '../../src/text/urls.ts';
import type { FormState } from '../view_models.ts';
import { CheckboxField, SelectField, TextField, TimeField } from './field.tsx';

interface RepeatProps {
  type: string;
  form: FormState;
  /** The time zone that is offered where the browser's is not known. */
  timeZone: string;
}

const CHOICES = {
  night: 'Every night or day',
  week: 'Every week',
  hour: 'Every hour',
  cron: 'By a cron expression',
};

/**
 * Makes a schedule out of a start form. After the form's own button, so that the Enter key starts a
 * job. Open when it was used, so that no error hides.
 */
export function RepeatFields({ type, form: typed, timeZone }: RepeatProps): JSX.Element {
  const isUsed = typed.values.type === type;
  const values = { 'repeat.at': DEFAULT_AT, 'repeat.timeZone': timeZone, ...typed.values };
  const form = { ...typed, values };
  const canReadAll = Object.keys(repeatedDefaults(type, {})).length > 0;
  return (
    <details class="repeat" open={isUsed}>
      <summary>Repeat…</summary>
      <SelectField name="repeat.every" label="How often" form={form}>
        {Object.entries(CHOICES).map(([value, label]) => (
          <option value={value} selected={value === values['repeat.every' as never]} safe>
            {label}
          </option>
        ))}
      </SelectField>
      <When form={form} />
      <TextField
        name="repeat.timeZone"
        label="Time zone"
        help="For example Europe/Berlin, America/New_York or UTC."
        maxlength={100}
        form={form}
      />
      {canReadAll && (
        <CheckboxField
          name="repeat.all"
          label="Read everything again each time"
          help="Otherwise a schedule reads only what is new."
          form={form}
        />
      )}
      {/* biome-ignore lint/a11y/useButtonType: it submits too, and programs that press the submit button start the job. */}
      <button name="type" value={type} formaction={urlTo('/api/schedules')}>
        Save the schedule
        <span class="visually-hidden" safe>{` of ${wordsOf(type).name}`}</span>
      </button>
    </details>
  );
}

/** Styles show those that the choice needs. */
function When({ form }: { form: FormState }): JSX.Element {
  return (
    <>
      <div class="repeat-day">
        <SelectField name="repeat.day" label="On" form={form}>
          {[...WEEKDAYS.slice(1), WEEKDAYS[0]].map((day) => (
            <option value={day} selected={day === form.values['repeat.day']} safe>
              {day.charAt(0).toUpperCase() + day.slice(1)}
            </option>
          ))}
        </SelectField>
      </div>
      <div class="repeat-at">
        <TimeField name="repeat.at" label="At" form={form} />
      </div>
      <div class="repeat-cron">
        <TextField
          name="repeat.cron"
          label="Cron expression"
          help="Minute, hour, day of month, month, day of week: 0 3 * * 1-5 is Monday to Friday at 03:00."
          placeholder="0 3 * * *"
          maxlength={200}
          form={form}
        />
      </div>
    </>
  );
}
