import { onMessage } from './htmx_events.ts';
import { remember } from './preferences.ts';

/** Collapses and expands the taskbar, and keeps the focus in it when an update removes its place. */
export function watchTaskbar(): void {
  const taskbar = document.getElementById('taskbar');
  if (!taskbar) return;
  taskbar.addEventListener('click', (event) => {
    if ((event.target as Element).closest('#taskbar-toggle')) toggleTaskbar();
  });
  let targets: string[] = [];
  onMessage('before', () => {
    targets = focusTargets();
  });
  onMessage('after', () => {
    showExpanded(taskbar);
    restoreFocus(targets);
  });
}

/** @returns false when there are no jobs, and so no taskbar to be seen. */
export function toggleTaskbar(): boolean {
  const taskbar = document.getElementById('taskbar');
  if (!taskbar || cards().length === 0) return false;
  const collapsed = taskbar.dataset.collapsed !== 'true';
  taskbar.dataset.collapsed = String(collapsed);
  remember('taskbar', collapsed ? 'collapsed' : 'expanded');
  showExpanded(taskbar);
  // A hidden card cannot have the focus.
  if (collapsed && focusedCard()) document.getElementById('taskbar-toggle')?.focus();
  return true;
}

/** Updates are the same for all readers and say "expanded". */
function showExpanded(taskbar: HTMLElement): void {
  const expanded = taskbar.dataset.collapsed !== 'true';
  document.getElementById('taskbar-toggle')?.setAttribute('aria-expanded', String(expanded));
}

/** Focuses the first job, or the line above the jobs while they are hidden. */
export function enterTaskbar(): boolean {
  const [first] = cards();
  if (!first) return false;
  focusCard(first.id);
  if (!focusedCard()) document.getElementById('taskbar-toggle')?.focus();
  return true;
}

/** Moves the focus from a card to the next (1) or the previous one (-1). */
export function stepThroughCards(step: 1 | -1): boolean {
  const card = focusedCard();
  if (!card) return false;
  const all = cards();
  const next = all[all.indexOf(card) + step];
  if (next) nameOf(next.id)?.focus();
  return true;
}

/** The card that has the focus. */
export function focusedCard(): HTMLElement | undefined {
  return document.activeElement?.closest<HTMLElement>('#taskbar .job-card') ?? undefined;
}

function cards(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('#taskbar .job-card')];
}

/** Ids of the card that has the focus, the next one and the previous one. */
export function focusTargets(): string[] {
  const card = focusedCard();
  if (!card) return [];
  const all = cards();
  const at = all.indexOf(card);
  return [card, all[at + 1], all[at - 1]].flatMap((each) => each?.id ?? []);
}

/** Focuses the first of these cards that still exists, if the focus was lost. */
export function restoreFocus(targets: string[]): void {
  if (targets.length === 0 || document.activeElement !== document.body) return;
  focusCard(targets.find((id) => nameOf(id)) ?? '');
}

/** Focuses the card's name, which it has in every state; without the card, the line above the jobs. */
export function focusCard(id: string): void {
  (nameOf(id) ?? document.getElementById('taskbar-toggle'))?.focus({ preventScroll: true });
}

function nameOf(id: string): HTMLElement | null | undefined {
  return document.getElementById(id)?.querySelector<HTMLElement>(':scope > a');
}
