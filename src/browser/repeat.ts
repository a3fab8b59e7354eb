/** Gives "Repeat…" of a start form the reader's time zone, and its Enter key its own button. */
export function watchRepeat(): void {
  for (const part of document.querySelectorAll<HTMLDetailsElement>('.repeat')) {
    part.querySelector('.without-script')?.remove();
    const zone = part.querySelector<HTMLInputElement>('[name="repeat.timeZone"]');
    const isOffered = !part.open && zone?.value === zone?.defaultValue;
    if (zone && isOffered) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    part.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      part.querySelector<HTMLButtonElement>('button[formaction]')?.click();
    });
  }
}
