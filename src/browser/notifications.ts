import type { CardState } from './cards.ts';
import { remember, remembered } from './preferences.ts';

/** A job that took longer than this is worth a notification, in ms. */
const LONG_MS = 20_000;

const DENIED = 'Allow notifications in the browser’s settings.';
const MISSING = 'The browser has no notifications.';

/** The switch in the help dialog. It asks for permission when it is turned on. */
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
  if (note) note.textContent = unavailableReason();
}

function isOn(): boolean {
  return remembered('notifications') === 'on' && isAllowed();
}

function isAllowed(): boolean {
  return 'Notification' in window && Notification.permission === 'granted';
}

function unavailableReason(): string {
  if (!('Notification' in window)) return MISSING;
  return Notification.permission === 'denied' ? DENIED : '';
}

/** Shows a desktop notification for each job that took long. */
export function notifyOfLongJobs(ended: Map<string, CardState>, now: number): void {
  if (!isOn()) return;
  for (const [id, card] of ended) if (wasLong(card, now)) notify(id, card);
}

/** Whether the job took long. Unknown, and so false, on a page that has not seen it run. */
export function wasLong({ startedAt }: CardState, now: number): boolean {
  return startedAt !== undefined && now - startedAt > LONG_MS;
}

/** Every tab does this; notifications with the same tag are shown once. */
function notify(id: string, { name, status, message }: CardState): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.dataset.idle;
  const options = { body: message, tag: id, icon };
  const notification = new Notification(`${name} ${status}`, options);
  notification.addEventListener('click', () => {
    focus();
    notification.close();
    document.getElementById(id)?.querySelector<HTMLElement>(':scope > a')?.click();
  });
}
