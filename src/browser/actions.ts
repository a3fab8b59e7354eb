import { announce } from './announcer.ts';
import { onMessage, onRequest, type RequestDetail } from './htmx_events.ts';
import { focusCard, keepPlace, placesToBe } from './taskbar.ts';

/** What a button says from the press to the answer, by the beginning of its id. */
const BUSY = new Map([
  ['cancel', 'Cancelling…'],
  ['retry', 'Retrying…'],
  ['dismiss', 'Dismissing…'],
]);

/** Ids of the buttons that were pressed and not answered yet; frames meanwhile show them as before. */
const pressed = new Map<XMLHttpRequest, string>();

/** Why buttons were refused, by their ids, and until when that is news, in ms of `performance.now()`. */
const refused = new Map<string, { reason: string; until: number }>();

/** How long a refusal stays in sight, in ms: time to read it, and to see what it was about. */
const NEWS_MS = 15_000;

/** What stood in a button before it was pressed. */
const contents = new WeakMap<HTMLButtonElement, Node[]>();

/** A card's buttons answer at once, before the server does, and take it back when it refuses. */
export function watchActions(): void {
  onRequest('beforeSend', ({ elt, xhr }) => {
    const button = elt.matches('.job-card > form') && elt.querySelector('button');
    if (button) press(button, xhr);
  });
  onMessage('after', () => {
    pressed.forEach(showPressed);
    for (const id of refused.keys()) showRefusal(id);
  });
  onRequest('beforeSwap', keepCard);
  let places: string[] = [];
  onRequest('beforeSwap', () => {
    places = placesToBe();
  });
  onRequest('afterSettle', () => keepPlace(places));
}

function press(button: HTMLButtonElement, xhr: XMLHttpRequest): void {
  const card = button.closest('.job-card');
  const hadFocus = document.activeElement === button;
  pressed.set(xhr, button.id);
  refused.delete(button.id);
  // htmx 2.0.11 tells its end to nobody when a frame has taken the form away meanwhile.
  xhr.addEventListener('loadend', () => answered(xhr));
  showPressed(button.id);
  // A disabled button loses the keyboard's place.
  if (hadFocus && card) focusCard(card.id);
}

function showPressed(id: string): void {
  const button = offered(id);
  if (!button || button.disabled) return;
  contents.set(button, [...button.childNodes]);
  button.textContent = BUSY.get(id.split('-', 1)[0] ?? '') ?? '';
  button.disabled = true;
}

/** The button, as long as its card still offers what it does. */
function offered(id: string): HTMLButtonElement | undefined {
  const button = document.getElementById(id);
  return button instanceof HTMLButtonElement && button.form ? button : undefined;
}

/**
 * An error is about the card and does not take its place. And a frame that overtook the answer
 * knows more: the answer would bring an older card back, and nothing would correct it.
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
  takeBack(button);
  refused.set(button.id, { reason, until: performance.now() + NEWS_MS });
  showRefusal(button.id);
}

function takeBack(button: HTMLButtonElement): void {
  button.disabled = false;
  button.replaceChildren(...(contents.get(button) ?? []));
}

/** Under the card, as long as its button is there: each frame brings the card without it. */
function showRefusal(id: string): void {
  const { reason, until } = refused.get(id) ?? { reason: '', until: 0 };
  const button = offered(id);
  if (!button || performance.now() > until) {
    refused.delete(id);
    return;
  }
  const card = button.closest('.job-card');
  const note = card?.querySelector('.job-note') ?? document.createElement('p');
  note.className = 'job-note';
  note.textContent = reason;
  card?.append(note);
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
