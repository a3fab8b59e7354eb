import { openHelp, shortcutsAreOn } from './help.ts';
import { enterTaskbar, focusedCard, stepThroughCards, toggleTaskbar } from './taskbar.ts';

/** What single keys do. They are listed in the help sheet. */
export function watchShortcuts(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isForSomethingElse(event) || !shortcutsAreOn()) return;
    if (act(event.key)) event.preventDefault();
  });
}

/** Someone types, chooses in a list, holds a modifier, or has the sheet open. */
function isForSomethingElse({ target, ctrlKey, metaKey, altKey, isComposing }: KeyboardEvent) {
  if (ctrlKey || metaKey || altKey || isComposing) return true;
  if (document.querySelector('dialog[open]')) return true;
  const element = target instanceof HTMLElement ? target : document.body;
  return element.isContentEditable || element.closest('input, select, textarea') !== null;
}

/** Whether the key meant something. */
function act(key: string): boolean {
  switch (key) {
    case '?':
      openHelp();
      return true;
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

/** Presses Cancel on the card that has the keyboard, and on no other. */
function cancelFocused(): boolean {
  const card = focusedCard();
  card?.querySelector<HTMLElement>(':scope > form[action$="/cancel"] > button')?.click();
  return card !== undefined;
}

/** The first page has the key 1. */
function goToPage(key: string): boolean {
  if (!/^[1-9]$/.test(key)) return false;
  const page = document.querySelectorAll<HTMLElement>('.top nav a')[Number(key) - 1];
  page?.click();
  return page !== undefined;
}
