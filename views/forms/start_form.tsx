import type { Children } from '@kitajs/html';
import type { FormState } from '../view_models.ts';

interface StartFormProps {
  type: string;
  /** What the button says: "Scrape". */
  action: string;
  form: FormState;
  children: Children;
}

/** Starts a job of that type; with htmx the answer appears under its button, without it a page follows. */
export function StartForm({ type, action, form, children }: StartFormProps): JSX.Element {
  return (
    <form
      class="start-form"
      method="post"
      action={`/api/${type}`}
      hx-post={`/api/${type}`}
      hx-target="find .form-result"
      hx-swap="innerHTML"
      hx-disabled-elt="find button"
    >
      {children}
      <div class="form-actions">
        <button type="submit" class="primary" safe>
          {action}
        </button>
      </div>
      <div class="form-result" id="start-result">
        <WhatIsWrong form={form} />
      </div>
    </form>
  );
}

function WhatIsWrong({ form }: { form: FormState }): JSX.Element {
  const wrong = Object.keys(form.errors).length;
  if (wrong === 0) return '';
  return (
    <div class="result error" role="alert">
      <p>
        Nothing was started. {wrong === 1 ? 'One field needs' : 'Some fields need'} another value;
        the rest was kept as typed.
      </p>
    </div>
  );
}

/** The form with `defaults` where nothing was typed yet. */
export function withDefaults(form: FormState, defaults: Record<string, string>): FormState {
  return { ...form, values: { ...defaults, ...form.values } };
}
