import { onAnsweredAgain } from './connection.ts';
import { onRequest } from './htmx_events.ts';

/** Shows each error of an answer at its field, and focuses the first of them. */
export function watchFormErrors(): void {
  onRequest('beforeRequest', ({ elt, target }) => {
    if (!(elt instanceof HTMLFormElement)) return;
    clearErrors(elt);
    // An earlier answer must not be taken for this one.
    if (isResult(target)) target.replaceChildren();
  });
  onRequest('sendError', ({ elt, target }) => {
    if (elt instanceof HTMLFormElement && isResult(target)) showUnanswered(target);
  });
  onRequest('afterRequest', ({ elt }) => {
    if (elt instanceof HTMLFormElement) showErrors(elt);
  });
  onAnsweredAgain((isOutdated) => {
    for (const title of document.querySelectorAll<HTMLElement>('[data-unanswered-at]')) {
      if (isOutdated(Number(title.dataset.unansweredAt))) showAnswering(title);
    }
  });
}

/** The advice below it stays: nobody knows what became of the request. */
function showAnswering(title: HTMLElement): void {
  title.textContent = 'The server answers again.';
  delete title.dataset.unansweredAt;
}

function isResult(target: HTMLElement | null): target is HTMLElement {
  return target?.classList.contains('form-result') ?? false;
}

/** Looks like an error that the server sends. */
function showUnanswered(target: HTMLElement): void {
  const title = document.createElement('p');
  title.className = 'result-title';
  title.textContent = 'The server did not answer.';
  title.dataset.unansweredAt = String(performance.now());
  const advice = document.createElement('p');
  advice.textContent = 'Check under Jobs whether something was started, then send it again.';
  const result = document.createElement('div');
  result.className = 'result error';
  result.setAttribute('role', 'alert');
  result.append(title, advice);
  target.replaceChildren(result);
}

function clearErrors(form: HTMLFormElement): void {
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid');
    describe(field, field.id, false);
  }
  for (const text of form.querySelectorAll('.field-error')) text.textContent = '';
}

function showErrors(form: HTMLFormElement): void {
  const errors = [...form.querySelectorAll<HTMLElement>('.result.error [data-field]')];
  const fields = errors.map((error) => showError(form, error));
  const first = fields.find((field) => field !== undefined);
  if (!first) return;
  // A folded field cannot be focused.
  const folded = first.closest('details');
  if (folded) folded.open = true;
  first.focus();
}

function showError(form: HTMLFormElement, error: HTMLElement): HTMLElement | undefined {
  const name = error.dataset.field ?? '';
  const field = form.querySelector<HTMLElement>(
    `[name="${CSS.escape(name)}"]:not([type="hidden"])`,
  );
  if (!field) return undefined;
  const text = form.querySelector(`#${CSS.escape(`${field.id}-error`)}`);
  error.querySelector('a')?.setAttribute('href', `#${field.id}`);
  field.setAttribute('aria-invalid', 'true');
  describe(field, field.id, true);
  if (text) {
    text.textContent = error.textContent?.trim() ?? '';
    // Once is enough.
    error.hidden = true;
  }
  return field;
}

function describe(field: Element, name: string, wrong: boolean): void {
  const id = `${name}-error`;
  const ids = (field.getAttribute('aria-describedby') ?? '').split(/\s+/).filter(Boolean);
  const others = ids.filter((each) => each !== id);
  const described = wrong ? [...others, id] : others;
  if (described.length > 0) field.setAttribute('aria-describedby', described.join(' '));
  else field.removeAttribute('aria-describedby');
}
