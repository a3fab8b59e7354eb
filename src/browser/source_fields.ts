/**
 * Adapts the fields of start forms to the source that is chosen: what does not apply is not sent, and a
 * number that was not changed becomes the one that the source begins with.
 */
export function watchSources(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('[data-form] form')) {
    const source = form.querySelector<HTMLSelectElement>('select[name="source"]');
    if (!source) continue;
    let before = source.value;
    const adapt = () => {
      disableUnused(form);
      if (source.value !== before) beginAgain(form, before, source.value);
      before = source.value;
    };
    form.addEventListener('input', adapt);
    // Back and reload restore a choice after the page was rendered.
    addEventListener('pageshow', adapt);
  }
}

/** What CSS hides would be sent nevertheless. */
function disableUnused(form: HTMLFormElement): void {
  for (const part of form.querySelectorAll<HTMLElement>('.unless-archive, .unless-x-archive')) {
    const isHidden = getComputedStyle(part).display === 'none';
    for (const input of part.querySelectorAll('input')) input.disabled = isHidden;
  }
}

function beginAgain(form: HTMLFormElement, before: string, source: string): void {
  for (const input of form.querySelectorAll<HTMLInputElement>('[data-initial-by-source]')) {
    const { initial = '', initialBySource = '{}' } = input.dataset;
    const bySource: Record<string, string> = JSON.parse(initialBySource);
    if (input.value === (bySource[before] ?? initial)) input.value = bySource[source] ?? initial;
  }
}
