import { isField } from './fields.ts';
import { remember, remembered } from './preferences.ts';
import { enterTaskbar, focusedCard, stepThroughCards, toggleTaskbar } from './taskbar.ts';

/** Single keys, which the help dialog lists, and that dialog. */
export function watchShortcuts(): void {
  watchHelp();
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || hasOtherTarget(event) || !areOn()) return;
    if (act(event.key)) event.preventDefault();
  });
}

/** The key belongs to a field, comes with a modifier, or a dialog is open. */
function hasOtherTarget({ target, ctrlKey, metaKey, altKey, isComposing }: KeyboardEvent) {
  if (ctrlKey || metaKey || altKey || isComposing) return true;
  if (document.querySelector('dialog[open]')) return true;
  const element = target instanceof HTMLElement ? target : document.body;
  return element.isContentEditable || isField(element);
}

/** @returns whether the key is a shortcut. */
function act(key: string): boolean {
  switch (key) {
    case '?':
      openHelp();
      return true;
    case '/':
      return enterFindBox();
    case 't':
      return toggleTaskbar();
    case 'j':
      return enterTaskbar();
    case 'ArrowDown':
      return stepThroughCards(1);
    case 'ArrowUp':
      return stepThroughCards(-1);
    case 'Delete':
    case 'Backspace':
      return cancelFocused();
    default:
      return goToPage(key);
  }
}

/** Presses Cancel on the card that has the focus. */
function cancelFocused(): boolean {
  const card = focusedCard();
  card?.querySelector<HTMLElement>(':scope > form[action$="/cancel"] > button')?.click();
  return card !== undefined;
}

function enterFindBox(): boolean {
  // On a narrow page of finds the box in the header is hidden.
  const boxes = ['find-box', 'q'].map((id) => document.getElementById(id));
  const box = boxes.find((one) => one?.checkVisibility());
  if (!(box instanceof HTMLInputElement)) return false;
  box.focus();
  box.select();
  return true;
}

/** Key 1 opens the page whose link has it. */
function goToPage(key: string): boolean {
  if (!/^[1-9]$/.test(key)) return false;
  const page = document.querySelector<HTMLElement>(`.top nav a[data-key="${key}"]`);
  page?.click();
  return page !== undefined;
}

function watchHelp(): void {
  document.getElementById('help-open')?.addEventListener('click', openHelp);
  const control = document.getElementById('shortcuts-switch');
  if (!(control instanceof HTMLInputElement)) return;
  control.checked = areOn();
  control.addEventListener('change', () => {
    remember('shortcuts', control.checked ? 'on' : 'off');
  });
}

function openHelp(): void {
  const help = document.getElementById('help');
  if (help instanceof HTMLDialogElement && !help.open) help.showModal();
}

/** Single keys get in the way of people who control their computer by voice (WCAG 2.1.4). */
function areOn(): boolean {
  return remembered('shortcuts') !== 'off';
}
