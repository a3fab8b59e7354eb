import { remember, remembered } from './preferences.ts';

/** The sheet with keys and settings. */
export function watchHelp(): void {
  document.getElementById('help-open')?.addEventListener('click', openHelp);
  const control = document.getElementById('shortcuts-switch');
  if (!(control instanceof HTMLInputElement)) return;
  control.checked = shortcutsAreOn();
  control.addEventListener('change', () => {
    remember('shortcuts', control.checked ? 'on' : 'off');
  });
}

/** Opens the sheet, if the page has one and it is closed. */
export function openHelp(): void {
  const help = document.getElementById('help');
  if (help instanceof HTMLDialogElement && !help.open) help.showModal();
}

/** Single keys get in the way of those who speak to their computer (WCAG 2.1.4). */
export function shortcutsAreOn(): boolean {
  return remembered('shortcuts') !== 'off';
}
