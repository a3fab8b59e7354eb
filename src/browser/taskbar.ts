import { choiceAfterToggle, isCollapsed, type TaskbarChoice } from '../text/taskbar_state.ts';
import { isField } from './fields.ts';
import { onMessage, onRequest } from './htmx_events.ts';
import { remember } from './preferences.ts';

/** How long nothing must run before the taskbar collapses, in ms: a queue has short gaps. */
const COLLAPSE_DELAY_MS = 800;

let collapsing: Timer | undefined;
let hadCards = false;

/**
 * Opens the taskbar while a job runs and collapses it afterwards, unless the reader chose otherwise,
 * and keeps the focus in it when an update removes its place.
 */
export function watchTaskbar(): void {
  const taskbar = document.getElementById('taskbar');
  if (!taskbar) return;
  taskbar.addEventListener('click', (event) => {
    if ((event.target as Element).closest('#taskbar-toggle')) toggleTaskbar();
    // A reader who uses a card wants to see what becomes of it.
    else if ((event.target as Element).closest('.job-card button')) choose(taskbar, 'open');
  });
  taskbar.addEventListener('pointerleave', () => update(taskbar));
  // When the next element has the focus.
  document.addEventListener('focusout', () => setTimeout(update, 0, taskbar));
  let targets: string[] = [];
  onMessage('before', () => {
    targets = focusTargets();
  });
  onMessage('after', () => {
    update(taskbar);
    restoreFocus(targets);
  });
  // An answer to a button changes a card, too.
  onRequest('afterSettle', () => update(taskbar));
}

/** @returns false when there are no jobs, and so no taskbar to be seen. */
export function toggleTaskbar(): boolean {
  const taskbar = document.getElementById('taskbar');
  if (!taskbar || cards().length === 0) return false;
  const choice = choiceAfterToggle(stateOf(taskbar));
  choose(taskbar, choice);
  // An opened taskbar is opened on this page: elsewhere it would cover what nobody asked it to.
  remember('taskbar', choice === 'closed' ? 'collapsed' : 'auto');
  collapse(taskbar, isCollapsed(stateOf(taskbar)));
  return true;
}

function choose(taskbar: HTMLElement, choice: TaskbarChoice): void {
  taskbar.dataset.choice = choice;
}

/**
 * Applies what the cards show now. Under the reader's pointer or focus nothing collapses, and while they fill in
 * a form nothing opens over it.
 */
function update(taskbar: HTMLElement): void {
  const hasCards = cards().length > 0;
  // The reader opened it for cards that are gone.
  if (taskbar.dataset.choice === 'open' && hadCards && !hasCards) choose(taskbar, 'auto');
  hadCards = hasCards;
  clearTimeout(collapsing);
  const shouldCollapse = isCollapsed(stateOf(taskbar));
  if (isCollapsedNow(taskbar))
    collapse(taskbar, shouldCollapse || isField(document.activeElement ?? taskbar));
  else if (!shouldCollapse) collapse(taskbar, false);
  else collapsing = setTimeout(() => collapseUnused(taskbar), COLLAPSE_DELAY_MS);
  showExpanded(taskbar);
}

function collapseUnused(taskbar: HTMLElement): void {
  if (taskbar.querySelector('#taskbar-jobs:is(:hover, :focus-within)')) return;
  collapse(taskbar, isCollapsed(stateOf(taskbar)));
}

function collapse(taskbar: HTMLElement, collapsed: boolean): void {
  const hadFocus = focusedCard() !== undefined;
  taskbar.dataset.collapsed = String(collapsed);
  showExpanded(taskbar);
  // A hidden card cannot have the focus.
  if (collapsed && hadFocus) document.getElementById('taskbar-toggle')?.focus();
}

function stateOf(taskbar: HTMLElement) {
  return {
    choice: taskbar.dataset.choice as TaskbarChoice,
    isRepetition: taskbar.dataset.repetition === 'true',
    isBusy: cards().some(({ dataset }) => BUSY.has(dataset.status ?? '')),
  };
}

const BUSY = new Set(['running', 'cancelling']);

function isCollapsedNow(taskbar: HTMLElement): boolean {
  return taskbar.dataset.collapsed === 'true';
}

/** Updates are the same for all readers and say "expanded". */
function showExpanded(taskbar: HTMLElement): void {
  const expanded = !isCollapsedNow(taskbar);
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
