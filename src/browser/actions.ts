import { onAnsweredAgain } from './connection.ts';
import { onMessage, onRequest, type RequestDetail } from './htmx_events.ts';
import { announce } from './page.ts';
import { focusCard, focusTargets, restoreFocus } from './taskbar.ts';

/** The forms of a job's actions: in its card, and on its page. */
const ACTION_FORMS = '.job-card > form, .report-actions > form[hx-post]';

/** A button's text from the press to the answer, by the action that its id names. */
const BUSY_TEXT = new Map([
  ['cancel', 'Cancelling…'],
  ['retry', 'Retrying…'],
  ['dismiss', 'Dismissing…'],
]);

/** Ids of the buttons that were pressed and not answered yet. Updates meanwhile render them as before. */
const pressed = new Map<XMLHttpRequest, string>();

interface Refusal {
  reason: string;
  /** When it was refused, in ms of `performance.now()`. */
  at: number;
  /** The server did not answer. */
  isUnanswered: boolean;
}

/** Why buttons were refused, by their ids. */
const refused = new Map<string, Refusal>();

/** How long a refusal is shown, in ms. */
const REFUSAL_MS = 15_000;

/** A button's content before it was pressed. */
const contents = new WeakMap<HTMLButtonElement, Node[]>();

/** The buttons react before the server has answered, and are reset when it refuses. */
export function watchActions(): void {
  onRequest('beforeSend', ({ elt, xhr }) => {
    const button = elt.matches(ACTION_FORMS) && elt.querySelector('button');
    if (button) press(button, xhr);
  });
  onMessage('after', () => {
    pressed.forEach(showPressed);
    for (const id of refused.keys()) showRefusal(id);
  });
  onAnsweredAgain((isOutdated) => {
    for (const [id, { isUnanswered, at }] of refused) {
      if (isUnanswered && isOutdated(at)) forget(id);
    }
  });
  onRequest('beforeSwap', keepCard);
  let targets: string[] = [];
  onRequest('beforeSwap', () => {
    targets = focusTargets();
  });
  onRequest('afterSettle', () => restoreFocus(targets));
}

function press(button: HTMLButtonElement, xhr: XMLHttpRequest): void {
  const card = button.closest('.job-card');
  const hadFocus = document.activeElement === button;
  pressed.set(xhr, button.id);
  forget(button.id);
  // htmx 2.0.11 raises no event for the end when an update has removed the form meanwhile.
  xhr.addEventListener('loadend', () => answered(xhr));
  showPressed(button.id);
  // A disabled button loses the focus.
  if (hadFocus && card) focusCard(card.id);
}

function showPressed(id: string): void {
  const button = offered(id);
  if (!button || button.disabled) return;
  contents.set(button, [...button.childNodes]);
  button.textContent = BUSY_TEXT.get(actionOf(id)) ?? '';
  button.disabled = true;
}

/** `cancel-<job>` in a card, `report-cancel` on the page. */
function actionOf(id: string): string {
  return id.replace(/^report-/, '').split('-', 1)[0] ?? '';
}

/** The button, while its job still offers the action. */
function offered(id: string): HTMLButtonElement | undefined {
  const button = document.getElementById(id);
  return button instanceof HTMLButtonElement && button.form ? button : undefined;
}

/**
 * An error does not replace the card. Nor does an answer that an update has overtaken: it would
 * bring an older card back, and nothing would correct it.
 */
function keepCard(detail: RequestDetail): void {
  const id = pressed.get(detail.xhr);
  if (id === undefined) return;
  if (detail.xhr.status >= 400 || !offered(id)) detail.shouldSwap = false;
}

function answered(xhr: XMLHttpRequest): void {
  const button = offered(pressed.get(xhr) ?? '');
  pressed.delete(xhr);
  if (xhr.status >= 200 && xhr.status < 400) return;
  const reason = reasonIn(xhr);
  announce(reason);
  if (!button) return;
  reset(button);
  const refusal = { reason, at: performance.now(), isUnanswered: xhr.status === 0 };
  refused.set(button.id, refusal);
  showRefusal(button.id);
  setTimeout(() => {
    if (refused.get(button.id) === refusal) forget(button.id);
  }, REFUSAL_MS);
}

function reset(button: HTMLButtonElement): void {
  button.disabled = false;
  button.replaceChildren(...(contents.get(button) ?? []));
}

/** The card of the button, or the actions of the job's page. */
function placeOf(button: HTMLButtonElement | undefined): Element | null | undefined {
  return button?.closest('.job-card, .report-actions');
}

/** In its place, while the button is there. Each update renders the card without the note. */
function showRefusal(id: string): void {
  const button = offered(id);
  if (!button) {
    refused.delete(id);
    return;
  }
  const place = placeOf(button);
  const note = place?.querySelector('.job-note') ?? document.createElement('p');
  note.className = 'job-note';
  note.textContent = refused.get(id)?.reason ?? '';
  place?.append(note);
}

function forget(id: string): void {
  refused.delete(id);
  placeOf(offered(id))?.querySelector('.job-note')?.remove();
}

function reasonIn(xhr: XMLHttpRequest): string {
  if (xhr.status === 0) {
    return 'The server did not answer. Check that xgpt is running, then try again.';
  }
  const page = new DOMParser().parseFromString(xhr.responseText, 'text/html');
  const text = page.querySelector('.result.error')?.textContent;
  return (
    text?.replace(/\s+/g, ' ').trim() || `The server refused (${xhr.status}). Reload the page.`
  );
}
