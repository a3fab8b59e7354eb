import type { Pace, Values } from '../operations/sentences.ts';
import { sentence } from '../operations/words.ts';

/** Says again with every key what the form would start. */
export function watchSentences(): void {
  for (const section of document.querySelectorAll<HTMLElement>('[data-form]')) {
    const output = section.querySelector<HTMLElement>('[data-sentence]');
    const form = section.querySelector('form');
    if (!output || !form) continue;
    const say = () => {
      const values = { ...output.dataset, ...valuesOf(new FormData(form)) };
      output.textContent = sentence(output.dataset.sentence ?? '', values, paceOf(form));
    };
    form.addEventListener('input', say);
    // Back and reload restore what was typed after the page was rendered.
    window.addEventListener('pageshow', say);
  }
}

/** Of fields with the same name the last one counts: a checkbox that is on follows its hidden "false". */
export function valuesOf(data: FormData): Values {
  return Object.fromEntries([...data].map(([name, value]) => [name, String(value)]));
}

function paceOf(form: HTMLFormElement): Pace | undefined {
  const field = form.querySelector<HTMLElement>('[name="source"]');
  const chosen = field instanceof HTMLSelectElement ? field.selectedOptions[0] : field;
  const { label, pageMs, pageSize } = chosen?.dataset ?? {};
  return label === undefined
    ? undefined
    : { label, pageMs: Number(pageMs), pageSize: Number(pageSize) };
}
