import { onRequest } from './htmx_events.ts';

/** Gives "Repeat…" of a start form the reader's time zone, and its Enter key its own button. */
export function watchRepeat(): void {
  for (const part of document.querySelectorAll<HTMLDetailsElement>('.repeat')) {
    part.querySelector('.without-script')?.remove();
    const zone = part.querySelector<HTMLInputElement>('[name="repeat.timeZone"]');
    const isOffered = !part.open && zone?.value === zone?.defaultValue;
    if (zone && isOffered) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const name of ['afterRequest', 'afterSettle']) onRequest(name, () => sayOnce(part));
    part.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      part.querySelector<HTMLButtonElement>('button[formaction]')?.click();
    });
  }
}

/** What is wrong with a field stands at the field, or in the place of the times before anything was sent. */
function sayOnce(part: HTMLElement): void {
  const problem = part.querySelector('.due-preview .field-help');
  const errors = [...part.querySelectorAll('.field-error')].map(({ textContent }) => textContent);
  const text = problem?.textContent ?? '';
  if (errors.some((error) => error?.trim() && text.includes(error.trim()))) problem?.remove();
}
