/** Tells a screen reader, when it has finished its sentence. Nothing is seen. */
export function announce(text: string): void {
  const announcer = document.getElementById('announcer');
  if (!announcer) return;
  announcer.textContent = '';
  // A live region is read when its text changes; the same words twice must be two changes.
  setTimeout(() => {
    announcer.textContent = text;
  }, 50);
}
