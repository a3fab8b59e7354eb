import { WEEKDAYS } from '../../src/jobs/schedule.ts';
import { urlTo } from '../../src/text/urls.ts';
import { DuePreviewNote, type PreviewProps } from '../schedules/due_preview.tsx';
import type { FormState } from '../view_models.ts';
import { SelectField, TextField, TimeField } from './field.tsx';

const CHOICES = {
  night: 'Every night or day',
  week: 'Every week',
  hour: 'Every hour',
  cron: 'By a cron expression',
};

const CHANGE = 'change from:closest .repetition, input from:closest .repetition delay:300ms';

interface RepetitionProps {
  form: FormState;
  /** When it would be due with these values; without it the browser's script asks for that. */
  preview?: PreviewProps;
  /** It stands in a part of the page that is unfolded first. */
  isFolded?: boolean;
}

/** How often, when and in which time zone, and when that is. */
export function RepetitionFields({
  form,
  preview,
  isFolded = false,
}: RepetitionProps): JSX.Element {
  const chosen = form.values['repeat.every'];
  return (
    <div class="repetition">
      <SelectField name="repeat.every" label="How often" form={form}>
        {Object.entries(CHOICES).map(([value, label]) => (
          <option value={value} selected={value === chosen} safe>
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
      <div
        class="due-preview"
        aria-live="polite"
        hx-get={urlTo('/api/schedules/preview')}
        hx-include="closest .repetition"
        hx-trigger={isFolded ? `toggle from:closest details, ${CHANGE}` : CHANGE}
        hx-target="this"
        hx-swap="innerHTML"
        hx-disabled-elt="unset"
        hx-sync="this:replace"
      >
        {preview ? <DuePreviewNote {...preview} /> : ''}
      </div>
    </div>
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
