import { onMessage } from './htmx_events.ts';
import { remember } from './preference.ts';

/** Collapses and expands the taskbar, and keeps the keyboard's place when a frame takes it away. */
export function watchTaskbar(): void {
  const taskbar = document.getElementById('taskbar');
  if (!taskbar) return;
  taskbar.addEventListener('click', (event) => {
    if ((event.target as Element).closest('#taskbar-toggle')) toggle(taskbar);
  });
  let focusedCard: string | undefined;
  onMessage('before', () => {
    focusedCard = document.activeElement?.closest('#taskbar .job-card')?.id;
  });
  onMessage('after', () => {
    tellWhetherExpanded(taskbar);
    if (focusedCard && document.activeElement === document.body) focusCard(focusedCard);
  });
}

function toggle(taskbar: HTMLElement): void {
  const collapsed = taskbar.dataset.collapsed !== 'true';
  taskbar.dataset.collapsed = String(collapsed);
  remember('taskbar', collapsed ? 'collapsed' : 'expanded');
  tellWhetherExpanded(taskbar);
}

/** Frames are the same for every reader and say "expanded". */
function tellWhetherExpanded(taskbar: HTMLElement): void {
  const expanded = taskbar.dataset.collapsed !== 'true';
  document.getElementById('taskbar-toggle')?.setAttribute('aria-expanded', String(expanded));
}

/** The card's name is there in every state; without the card, the line above all of them. */
export function focusCard(id: string): void {
  const name = document.getElementById(id)?.querySelector<HTMLElement>('.job-name');
  (name ?? document.getElementById('taskbar-toggle'))?.focus({ preventScroll: true });
}
