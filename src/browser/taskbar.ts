import { onMessage } from './htmx_events.ts';
import { remember } from './preferences.ts';

/** Collapses and expands the taskbar, and keeps the keyboard's place when a frame takes it away. */
export function watchTaskbar(): void {
  const taskbar = document.getElementById('taskbar');
  if (!taskbar) return;
  taskbar.addEventListener('click', (event) => {
    if ((event.target as Element).closest('#taskbar-toggle')) toggleTaskbar();
  });
  let places: string[] = [];
  onMessage('before', () => {
    places = placesToBe();
  });
  onMessage('after', () => {
    tellWhetherExpanded(taskbar);
    keepPlace(places);
  });
}

/** False when there is no job, and so nothing to be seen of it. */
export function toggleTaskbar(): boolean {
  const taskbar = document.getElementById('taskbar');
  if (!taskbar || cards().length === 0) return false;
  const collapsed = taskbar.dataset.collapsed !== 'true';
  taskbar.dataset.collapsed = String(collapsed);
  remember('taskbar', collapsed ? 'collapsed' : 'expanded');
  tellWhetherExpanded(taskbar);
  // What is hidden cannot have the keyboard.
  if (collapsed && focusedCard()) document.getElementById('taskbar-toggle')?.focus();
  return true;
}

/** Frames are the same for every reader and say "expanded". */
function tellWhetherExpanded(taskbar: HTMLElement): void {
  const expanded = taskbar.dataset.collapsed !== 'true';
  document.getElementById('taskbar-toggle')?.setAttribute('aria-expanded', String(expanded));
}

/** Takes the keyboard to the first job, or to the line above the jobs while they are hidden. */
export function enterTaskbar(): boolean {
  const [first] = cards();
  if (!first) return false;
  focusCard(first.id);
  if (!focusedCard()) document.getElementById('taskbar-toggle')?.focus();
  return true;
}

/** From the card that has the keyboard to the next (1) or the one before (-1). */
export function stepThroughCards(step: 1 | -1): boolean {
  const card = focusedCard();
  if (!card) return false;
  const all = cards();
  const next = all[all.indexOf(card) + step];
  if (next) nameOf(next.id)?.focus();
  return true;
}

/** The card that the keyboard is in. */
export function focusedCard(): HTMLElement | undefined {
  return document.activeElement?.closest<HTMLElement>('#taskbar .job-card') ?? undefined;
}

function cards(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('#taskbar .job-card')];
}

/** Ids of the card that has the keyboard, the one after it and the one before. */
export function placesToBe(): string[] {
  const card = focusedCard();
  if (!card) return [];
  const all = cards();
  const at = all.indexOf(card);
  return [card, all[at + 1], all[at - 1]].flatMap((each) => each?.id ?? []);
}

/** Brings the keyboard back to the first of these that is still there, if it has lost its place. */
export function keepPlace(places: string[]): void {
  if (places.length === 0 || document.activeElement !== document.body) return;
  focusCard(places.find((id) => nameOf(id)) ?? '');
}

/** The card's name is there in every state; without the card, the line above all of them. */
export function focusCard(id: string): void {
  (nameOf(id) ?? document.getElementById('taskbar-toggle'))?.focus({ preventScroll: true });
}

function nameOf(id: string): HTMLElement | null | undefined {
  return document.getElementById(id)?.querySelector<HTMLElement>(':scope > a');
}
