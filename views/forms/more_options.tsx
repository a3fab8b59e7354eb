import type { FormState } from '../view_models.ts';
import { TextField } from './field.tsx';

/** What few need. Open when it holds something, so that no value or error hides. */
export function MoreOptions({ form }: { form: FormState }): JSX.Element {
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
