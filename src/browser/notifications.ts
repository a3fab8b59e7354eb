import type { CardState } from './cards.ts';
import { remember, remembered } from './preferences.ts';

/** Whoever starts something shorter than this waits for it, in ms. */
const LONG_MS = 20_000;

const DENIED =
  'The browser blocks notifications from this page. Allow them in its settings for this site, then switch this on.';
const MISSING = 'This browser has no notifications for pages like this one.';

/** The switch in the help sheet. Permission is asked for when it is switched on, and not before. */
export function watchNotifications(): void {
  const control = document.getElementById('notifications-switch');
  if (!(control instanceof HTMLInputElement)) return;
  show(control);
  control.addEventListener('change', async () => {
    if (control.checked) await Notification.requestPermission();
    remember('notifications', control.checked && isAllowed() ? 'on' : 'off');
    show(control);
  });
}

function show(control: HTMLInputElement): void {
  control.checked = isOn();
  control.disabled = !('Notification' in window);
  const note = document.getElementById(`${control.id}-note`);
  if (note) note.textContent = reasonAgainst();
}

function isOn(): boolean {
  return remembered('notifications') === 'on' && isAllowed();
}

function isAllowed(): boolean {
  return 'Notification' in window && Notification.permission === 'granted';
}

function reasonAgainst(): string {
  if (!('Notification' in window)) return MISSING;
  return Notification.permission === 'denied' ? DENIED : '';
}

/** Tells on the desktop of those that ran for long, whatever window is in front. */
export function notifyOfLongJobs(ended: Map<string, CardState>, now: number): void {
  if (!isOn()) return;
  for (const [id, card] of ended) if (wasLong(card, now)) notify(id, card);
}

/** Whoever watched it start knows how long it took; a page that came later cannot tell. */
export function wasLong({ startedAt }: CardState, now: number): boolean {
  return startedAt !== undefined && now - startedAt > LONG_MS;
}

/** Every tab does this: notifications with the same tag are one. */
function notify(id: string, { name, status, message }: CardState): void {
  const options = { body: message, tag: id, icon: '/favicon.svg' };
  const notification = new Notification(`${name} ${status}`, options);
  notification.addEventListener('click', () => {
    window.focus();
    notification.close();
    document.getElementById(id)?.querySelector<HTMLElement>(':scope > a')?.click();
  });
}
