import type { Elysia } from 'elysia';
import { usableSources } from '../../../views/forms/sources.ts';
import { withInitialValues } from '../../../views/forms/start_form.tsx';
import { StartPage } from '../../../views/pages/start.tsx';
import type { FormState, SourceOption } from '../../../views/view_models.ts';
import { type Job, problemsOf } from '../../jobs/index.ts';
import type { Pause } from '../../jobs/job.ts';
import type { Field, Operation } from '../../operations/index.ts';
import { machineZone } from '../../schedules/index.ts';
import { sourceOfAddress } from '../../text/usernames.ts';
import { FORM_VALUES } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';
import { previewOf } from './schedule_preview.ts';
import { readTimes } from './schedule_request.ts';
import { lastSource, sourceOptions } from './source_options.ts';

/** Number of recent runs on a start page. */
const RUNS = 8;

/** The page of each job type, with the form that starts a job. */
export function startPages(deps: WebDeps) {
  return (app: Elysia) => {
    for (const operation of deps.operations.values()) {
      app.get(
        `/${operation.type}`,
        async ({ request, query: values }) =>
          html(await startPage(deps, request, operation, { values, errors: {} })),
        { query: FORM_VALUES, detail: { hide: true } },
      );
    }
    return app;
  };
}

/** The page of a type's form, with the given values. */
export async function startPage(
  deps: WebDeps,
  request: Request,
  operation: Operation,
  typed: FormState,
): Promise<JSX.Element> {
  const { type, fields } = operation;
  const layout = await layoutOf(request, deps);
  const sources = usableSources(fields, sourceOptions(deps, operation));
  const { reader } = deps.tracker;
  const { jobs: runs } = await reader.listJobs({ type, limit: RUNS });
  // Files have an entry of their own in the menu.
  const likely = sources.filter(({ name }) => name !== operation.words.upload?.source);
  const form = withInitialValues(withLikelySource(typed, runs, likely), fields);
  const isBusy = (await reader.countActive()).running > 0;
  const context = { deps, form, sources, isBusy, now: layout.now };
  const parts = (await deps.forms.get(type)?.parts(context)) ?? {};
  const problem = await problemOf(operation, form);
  const timeZone = operation.words.isOnce ? undefined : machineZone();
  const sentence = await sentenceOf(operation, form);
  const waitOf = await reader.waits(runs, layout.now);
  const pauses = await pausesFor(deps, type, sources);
  const model = {
    type,
    fields,
    form,
    sources,
    pauses,
    runs,
    waitOf,
    problem,
    sentence,
    parts,
    timeZone,
  };
  const isRepeated = typed.values.type === type;
  if (!isRepeated) return StartPage({ layout, model });
  const times = readTimes({ 'repeat.timeZone': timeZone, ...typed.values });
  const preview = await previewOf(deps, times, typed.errors);
  return StartPage({ layout, model: { ...model, preview } });
}

/** The type itself, or those of its sources that are paused. */
async function pausesFor(
  { tracker }: WebDeps,
  type: string,
  sources: SourceOption[],
): Promise<Pause[]> {
  const inputs = sources.length === 0 ? [{}] : sources.map(({ name: source }) => ({ source }));
  const found = await Promise.all(inputs.map((input) => tracker.reader.pauseOfStart(type, input)));
  const pauses = found.filter((pause) => pause !== undefined);
  return pauses.some((pause) => pause.type) ? pauses.slice(0, 1) : pauses;
}

/** The form with the source that its username tells, or that of the last run, unless it names one. */
function withLikelySource(form: FormState, runs: Job[], sources: SourceOption[]): FormState {
  const told = sourceOfAddress(form.values.username ?? '');
  const isOffered = sources.some(({ name, needsConnection }) => name === told && !needsConnection);
  const source = form.values.source ?? (isOffered ? told : lastSource(runs, sources));
  return source === undefined ? form : { ...form, values: { ...form.values, source } };
}

/**
 * What is wrong with the first field that holds something invalid. What is missing is no problem yet: the
 * sentence beside the form asks for it.
 */
async function problemOf({ definition, fields }: Operation, { values, errors }: FormState) {
  const wrong = { ...(await problemsOf(definition, values)), ...errors };
  const first = fields.find(
    ({ name, kind }) => isTyped(kind) && values[name]?.trim() && wrong[name],
  );
  return first && wrong[first.name];
}

/** What the type itself says of the input, once that is complete. */
async function sentenceOf({ definition, fields, words }: Operation, { values }: FormState) {
  if (!words.starts) return undefined;
  const given = Object.fromEntries(fields.map(({ name }) => [name, values[name] ?? '']));
  const read = await definition.input.safeParseAsync(given);
  if (read.success) return words.starts(read.data as Record<string, unknown>);
  const missing = fields.find(({ name, required }) => required && !values[name]?.trim());
  return missing ? `Fill in “${missing.label}” to see what will happen.` : '';
}

const isTyped = (kind: Field['kind']) => kind === 'text' || kind === 'number';
