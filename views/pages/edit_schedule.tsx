import { inputSentence } from '../../src/operations/words.ts';
import { repetitionOf } from '../../src/schedules/repetition.ts';
import type { Schedule } from '../../src/schedules/schedule.ts';
import { jobName } from '../../src/text/format.ts';
import { isolated } from '../../src/text/isolated.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText, TextField } from '../forms/field.tsx';
import { RepetitionFields } from '../forms/repetition_fields.tsx';
import { HowFields } from '../forms/start_options.tsx';
import { Page } from '../layouts/page.tsx';
import type { PreviewProps } from '../schedules/due_preview.tsx';
import type { FormState, Layout } from '../view_models.ts';

interface PageProps {
  layout: Layout;
  schedule: Schedule;
  /** What was typed and is wrong; without values those of the schedule. */
  typed: FormState;
  preview?: PreviewProps;
}

/** When a schedule is due, and how its jobs start. */
export function EditSchedulePage({ layout, schedule, typed, preview }: PageProps): JSX.Element {
  const { id, type, input } = schedule;
  const form = { ...typed, values: { ...valuesOf(schedule), ...typed.values } };
  const name = jobName({ type: type as never, metadata: input });
  return (
    <Page title="Change a schedule" current="/schedules" layout={layout} hasSchedules>
      <h1 safe>{`Schedule: ${isolated(name)}`}</h1>
      <p class="page-lead" safe>
        {schedule.problem ?? inputSentence(type, input)}
      </p>
      <form
        class="panel start-form schedule-form"
        method="post"
        action={attributeText(urlTo(`/api/schedules/${encodeURIComponent(id)}/edit`))}
        data-changes="explain"
      >
        <WhatIsWrong form={form} />
        <RepetitionFields form={form} preview={preview} />
        <HowFields form={form} />
        <TextField
          name="sessionId"
          label="Session"
          help="A name that groups its jobs, to list them together later."
          maxlength={100}
          form={form}
        />
        <div class="form-actions">
          <button type="submit" class="primary">
            Save the changes
          </button>
          <a href={attributeText(urlTo(`/schedules#${id}`))}>Leave it as it is</a>
        </div>
      </form>
    </Page>
  );
}

/** The fields of the form, as the schedule has them. */
export function valuesOf(schedule: Schedule): Record<string, string> {
  const { cron, timeZone, priority, timeoutMs, sessionId } = schedule;
  const repetition = Object.entries({ ...repetitionOf(cron), timeZone });
  return {
    ...Object.fromEntries(repetition.map(([name, value]) => [`repeat.${name}`, value ?? ''])),
    priority: priority === 0 ? '' : String(priority),
    timeoutMs: timeoutMs === undefined ? '' : String(timeoutMs),
    sessionId: sessionId ?? '',
  };
}

function WhatIsWrong({ form: { errors } }: { form: FormState }): JSX.Element {
  const wrong = Object.keys(errors).length;
  if (wrong === 0) return '';
  const fields = wrong === 1 ? 'One field is' : `${wrong} fields are`;
  return (
    <div class="result error" role="alert">
      <p safe>{`Nothing was changed. ${fields} invalid. Your other entries were kept.`}</p>
    </div>
  );
}
