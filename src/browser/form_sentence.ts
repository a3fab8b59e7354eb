import type { SourcePace, Values } from '../operations/sentences.ts';
import { sentence } from '../operations/words.ts';
import { mismatch, sourceOfAddress, usernameProblem } from '../text/usernames.ts';
import { onRequest } from './htmx_events.ts';

/** Says again with every key what the form would start, or what is wrong with the input. */
export function watchSentences(): void {
  for (const section of document.querySelectorAll<HTMLElement>('[data-form]')) {
    const form = section.querySelector('form');
    if (!form) continue;
    const say = () => {
      const output = section.querySelector<HTMLElement>('.start-sentence');
      if (output) update(output, form);
      nameButton(form);
    };
    form.addEventListener('input', say);
    // Back and reload restore what was typed after the page was rendered.
    addEventListener('pageshow', say);
    // A part of the page that was loaded again brings the sentence for an untouched form.
    onRequest('afterSettle', say);
  }
}

/** The same in the short forms, which say what they are for until something is typed. */
export function watchQuickSentences(): void {
  // A dashboard that fills gets these forms after its page was loaded.
  document.addEventListener('input', ({ target }) => {
    const form = target instanceof Element && target.closest<HTMLFormElement>('form.quick-form');
    const output = form ? form.querySelector<HTMLElement>('.quick-sentence') : null;
    if (form && output) sayQuick(output, form);
  });
}

function sayQuick(output: HTMLElement, form: HTMLFormElement): void {
  const { typed = '', help = '' } = output.dataset;
  const text = valuesOf(new FormData(form))[typed]?.trim();
  if (text) {
    say(output, form, [...form.elements].filter(isChecked));
    if (output.dataset.problem === 'true') offerConnection(output, sourceOfAddress(text));
  } else {
    output.dataset.problem = 'false';
    output.textContent = help;
  }
}

/** After what is wrong with an address: its own source may have to be connected first. */
function offerConnection(output: HTMLElement, source = ''): void {
  const links: Record<string, { words: string; href: string } | undefined> = JSON.parse(
    output.dataset.connect ?? '{}',
  );
  const link = links[source];
  if (!link) return;
  const anchor = document.createElement('a');
  anchor.href = link.href;
  anchor.textContent = link.words;
  output.append(' ', anchor);
}

function update(output: HTMLElement, form: HTMLFormElement): void {
  const fields = [...form.elements].filter(isChecked);
  const source = sourceOf(form);
  for (const field of fields) {
    // The browser then keeps the form from being sent, as it does for the rules that it knows.
    if (field.dataset.rule !== undefined) field.setCustomValidity(ruleProblem(field, source) ?? '');
  }
  say(output, form, fields);
}

function say(output: HTMLElement, form: HTMLFormElement, fields: HTMLInputElement[]): void {
  const { sentence: type } = output.dataset;
  // The server has the sentence of a type that is not part of this script.
  if (type === undefined) return;
  const values = { ...output.dataset, ...valuesOf(new FormData(form)) };
  const problem = problemOf(fields, sourceOf(form));
  const text = problem ?? sentence(type, values, paceOf(form));
  output.dataset.problem = String(problem !== undefined);
  if (output.textContent !== text) output.textContent = text;
}

/** A button whose field is ticked does something else. */
function nameButton(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLElement>('.form-actions > [data-field]');
  if (!button) return;
  const { field = '', ticked = '', unticked = '' } = button.dataset;
  const label = valuesOf(new FormData(form))[field] === 'true' ? ticked : unticked;
  if (button.textContent !== label) button.textContent = label;
}

/** A field, as far as its rule is concerned. */
interface CheckedField {
  value: string;
  validity: Pick<ValidityState, 'valid' | 'badInput'>;
  dataset: { invalid?: string; rule?: string };
}

function isChecked(element: Element): element is HTMLInputElement {
  return element instanceof HTMLInputElement && !element.disabled;
}

/** The source that is chosen in a form. */
interface ChosenSource {
  name: string;
  label: string;
}

/** What is wrong with the first field that holds something invalid; an empty one is not wrong yet. */
export function problemOf(fields: CheckedField[], source?: ChosenSource): string | undefined {
  for (const field of fields) {
    const problem = isWrong(field) ? field.dataset.invalid : ruleProblem(field, source);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function ruleProblem(
  { value, dataset }: CheckedField,
  source: ChosenSource | undefined,
): string | undefined {
  if (dataset.rule !== 'username' || value.trim() === '') return undefined;
  return usernameProblem(value) ?? (source && mismatch(value, source.name, source.label));
}

function isWrong({ value, validity, dataset }: CheckedField): boolean {
  const isEmpty = value.trim() === '' && !validity.badInput;
  return dataset.invalid !== undefined && !isEmpty && !validity.valid;
}

/** Of fields with the same name the last one counts: a checkbox that is on follows its hidden "false". */
export function valuesOf(data: FormData): Values {
  return Object.fromEntries([...data].map(([name, value]) => [name, String(value)]));
}

function sourceOf(form: HTMLFormElement): ChosenSource | undefined {
  const field = form.querySelector<HTMLInputElement | HTMLSelectElement>('[name="source"]');
  const chosen = field instanceof HTMLSelectElement ? field.selectedOptions[0] : field;
  const { label } = chosen?.dataset ?? {};
  return chosen && label !== undefined ? { name: chosen.value, label } : undefined;
}

function paceOf(form: HTMLFormElement): SourcePace | undefined {
  const field = form.querySelector<HTMLElement>('[name="source"]');
  const chosen = field instanceof HTMLSelectElement ? field.selectedOptions[0] : field;
  const { label, pageMs, pageSize, reach, cost, currency = '' } = chosen?.dataset ?? {};
  if (label === undefined) return undefined;
  const pace = {
    label,
    pageMs: Number(pageMs),
    pageSize: Number(pageSize),
    ...(reach !== undefined && { reach: JSON.parse(reach) }),
  };
  if (cost === undefined) return pace;
  const { noBudget, budget } = chosen?.dataset ?? {};
  const price = {
    costPerPost: Number(cost),
    currency,
    hasNoBudget: noBudget !== undefined,
    ...(budget !== undefined && { budget: JSON.parse(budget) }),
  };
  return { ...pace, price };
}
