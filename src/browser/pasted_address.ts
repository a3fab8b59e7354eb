import { sourceOfAddress } from '../text/usernames.ts';

/** Chooses the source that a pasted address tells, unless the user has chosen one in the form. */
export function watchPastedAddresses(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>(
    '[data-form] form, .quick-forms form',
  )) {
    const source = form.querySelector<HTMLSelectElement>('select[name="source"]');
    if (!source) continue;
    let isChosen = false;
    source.addEventListener('change', () => {
      isChosen = true;
    });
    form.addEventListener('input', ({ target }) => {
      if (!(target instanceof HTMLInputElement) || target.dataset.rule !== 'username') return;
      const offered = [...source.options].map(({ value }) => value);
      const told = isChosen ? undefined : sourceToChoose(target.value, source.value, offered);
      if (told === undefined) return;
      source.value = told;
      source.dispatchEvent(new Event('input', { bubbles: true }));
    });
  }
}

/** The source to choose instead of the present one; `undefined` to leave it. */
export function sourceToChoose(
  typed: string,
  present: string,
  offered: readonly string[],
): string | undefined {
  const told = sourceOfAddress(typed);
  return told !== undefined && told !== present && offered.includes(told) ? told : undefined;
}
