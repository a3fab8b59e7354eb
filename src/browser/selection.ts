import { onRequest } from './htmx_events.ts';

const BOX = '#chosen input[name="ids"]';

/**
 * The checkboxes of a list of jobs: one selects all, and the list is not loaded again while any is
 * checked, so that no row moves and no selection is lost.
 */
export function watchSelection(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.id === 'choose-all') selectAll(target.checked);
    else if (target.matches(BOX)) showAllState();
  });
  document.addEventListener('htmx:beforeRequest', (event) => {
    const isList = event.target instanceof HTMLElement && event.target.id === 'jobs';
    if (isList && hasSelection()) event.preventDefault();
  });
  // An answer that was on its way when the first box was checked.
  onRequest('beforeSwap', (detail) => {
    if (detail.target.id === 'jobs' && hasSelection()) detail.shouldSwap = false;
  });
}

function hasSelection(): boolean {
  return boxes().some(({ checked }) => checked);
}

function selectAll(checked: boolean): void {
  for (const box of boxes()) box.checked = checked;
}

function showAllState(): void {
  const all = document.querySelector<HTMLInputElement>('#choose-all');
  if (!all) return;
  const selected = boxes().filter(({ checked }) => checked).length;
  all.checked = selected > 0 && selected === boxes().length;
  all.indeterminate = selected > 0 && !all.checked;
}

function boxes(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(BOX)];
}
