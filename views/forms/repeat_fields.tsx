import { repeatedDefaults, wordsOf } from '../../src/operations/words.ts';
import { DEFAULT_AT } from '../../src/schedules/repetition.ts';
import { urlTo } from '../../src/text/urls.ts';
import type { PreviewProps } from '../schedules/due_preview.tsx';
import type { FormState } from '../view_models.ts';
import { attributeText, CheckboxField } from './field.tsx';
import { RepetitionFields } from './repetition_fields.tsx';

interface RepeatProps {
  type: string;
  form: FormState;
  /** The time zone that is offered where the browser's is not known. */
  timeZone: string;
  preview?: PreviewProps;
}

/**
 * Makes a schedule out of a start form. After the form's own button, so that the Enter key starts a
 * job. Open when it was used, so that no error hides.
 */
export function RepeatFields({ type, form: typed, timeZone, preview }: RepeatProps): JSX.Element {
  const isUsed = typed.values.type === type;
  const values = { 'repeat.at': DEFAULT_AT, 'repeat.timeZone': timeZone, ...typed.values };
  const form = { ...typed, values };
  const canReadAll = Object.keys(repeatedDefaults(type, {})).length > 0;
  return (
    <details class="repeat" open={isUsed}>
      <summary>Repeat…</summary>
      <RepetitionFields form={form} preview={preview} isFolded />
      {canReadAll && (
        <CheckboxField
          name="repeat.all"
          label="Read everything again each time"
          help="Otherwise a schedule reads only what is new."
          form={form}
        />
      )}
      <p class="field-help">Priority, time limit and session, above, are those of each run.</p>
      <div class="repeat-actions">
        {/* biome-ignore lint/a11y/useButtonType: it submits too, and programs that press the submit button start the job. */}
        <button name="type" value={type} formaction={urlTo('/api/schedules')}>
          Save the schedule
          <span class="visually-hidden" safe>{` of ${wordsOf(type).name}`}</span>
        </button>
        <PreviewButton type={type} />
      </div>
    </details>
  );
}

/**
 * Without JavaScript the page is loaded again, with what was typed and with the times; the browser's
 * script takes the button away.
 */
function PreviewButton({ type }: { type: string }): JSX.Element {
  return (
    // biome-ignore lint/a11y/useButtonType: as above.
    <button
      class="without-script"
      name="type"
      value={attributeText(type)}
      formaction={attributeText(urlTo(`/${type}`))}
      formmethod="get"
      formnovalidate
    >
      Show the next runs
    </button>
  );
}
