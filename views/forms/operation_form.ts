import type { Job } from '../../src/jobs/job.ts';
import type { OperationDeps } from '../../src/operations/deps.ts';
import type { FormParts, FormState, SourceOption } from '../view_models.ts';

/** What the parts may depend on: the form as it will be shown, and the sources it offers. */
export interface FormContext {
  deps: OperationDeps;
  form: FormState;
  sources: SourceOption[];
  /** Whether jobs run, which change the counts of the page. */
  isBusy: boolean;
  now: Date;
}

/** The default export of a type's `form.tsx`. */
export interface OperationForm {
  parts(context: FormContext): Promise<FormParts>;
  /** What else of the type's page is different after a start by upload, as out-of-band fragments. */
  afterUpload?(job: Job, deps: OperationDeps): Promise<JSX.Element>;
}

export function defineForm(form: OperationForm): OperationForm {
  return form;
}
