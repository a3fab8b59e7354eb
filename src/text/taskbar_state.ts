/**
 * What the reader chose on this page: `auto` opens the taskbar while a job runs. Only `closed` is kept
 * for other pages.
 */
export type TaskbarChoice = 'auto' | 'open' | 'closed';

interface TaskbarState {
  choice: TaskbarChoice;
  /** Whether a job runs or is being cancelled. */
  isBusy: boolean;
  /** Whether the page itself lists the jobs. */
  isRepetition: boolean;
}

/** Whether the taskbar is a pill: unless a job runs, or the reader opened it. */
export function isCollapsed({ choice, isBusy, isRepetition }: TaskbarState): boolean {
  if (choice !== 'auto') return choice === 'closed';
  return isRepetition || !isBusy;
}

/** What a press of the toggle chooses. */
export function choiceAfterToggle(state: TaskbarState): TaskbarChoice {
  const isOpenByItself = !isCollapsed({ ...state, choice: 'auto' });
  if (isCollapsed(state)) return isOpenByItself ? 'auto' : 'open';
  return isOpenByItself ? 'closed' : 'auto';
}
