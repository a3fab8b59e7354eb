import type { Job } from '../../src/jobs/job.ts';
import type { OperationDeps } from '../../src/operations/deps.ts';
import type { Field } from '../../src/operations/fields.ts';
import type { FormState, SourceOption } from '../view_models.ts';

/** What a type adds to the page of its form. */
export interface FormParts {
  /** Fields that look different from what follows from their rule, by name; '' shows none. */
  fields?: Record<string, (field: Field) => JSX.Element>;
  /** What the sentence needs besides the fields. */
  values?: Record<string, string>;
  /** Facts beside the form, under the sentence. */
  aside?: JSX.Element;
  /** Below the form and its runs. */
  below?: JSX.Element;
}

/** What the parts may depend on: the form as it will be shown, and the sources it offers. */
export interface FormContext {
  deps: OperationDeps;
  form: FormState;
  sources: SourceOption[];
  now: Date;
}

/** The default export of a type's `form.tsx`. */
export interface OperationForm {
  parts(context: FormContext): Promise<FormParts>;
  /** What else of the page is different after a start by upload, as out-of-band fragments. */
  afterUpload?(job: Job, deps: OperationDeps): Promise<JSX.Element>;
}

export function defineForm(form: OperationForm): OperationForm {
  return form;
}
