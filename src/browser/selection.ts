import { onRequest } from './htmx_events.ts';

const BOX = '#chosen input[name="ids"]';

/**
 * Jobs that are chosen in a list: one box chooses all, and the list stands still meanwhile, so that
 * nothing slips under the hand and no choice is lost.
 */
export function watchSelection(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.id === 'choose-all') chooseAll(target.checked);
    else if (target.matches(BOX)) showWhetherAll();
  });
  document.addEventListener('htmx:beforeRequest', (event) => {
    const isList = event.target instanceof HTMLElement && event.target.id === 'jobs';
    if (isList && isChoosing()) event.preventDefault();
  });
  // An answer that was on its way when the first was chosen.
  onRequest('beforeSwap', (detail) => {
    if (detail.target.id === 'jobs' && isChoosing()) detail.shouldSwap = false;
  });
}

function isChoosing(): boolean {
  return boxes().some(({ checked }) => checked);
}

function chooseAll(checked: boolean): void {
  for (const box of boxes()) box.checked = checked;
}

function showWhetherAll(): void {
  const all = document.querySelector<HTMLInputElement>('#choose-all');
  if (!all) return;
  const chosen = boxes().filter(({ checked }) => checked).length;
  all.checked = chosen > 0 && chosen === boxes().length;
  all.indeterminate = chosen > 0 && !all.checked;
}

function boxes(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(BOX)];
}
