/** Shorter interruptions are not shown, in ms. */
const SHOWN_AFTER_MS = 1_000;

/** A screen reader reads changes of a region, and not its first content. */
const REGION_NOTICED_MS = 50;

/** What a stream that was never lost brings within this time is no proof that requests are answered, in ms. */
const PROOF_AFTER_MS = 2_000;

/**
 * Calls `listener` when the server answers again after a request that it did not answer: when the stream
 * is open again, or when it brings something later.
 */
export function onAnsweredAgain(listener: (isOutdated: (unansweredAt: number) => boolean) => void) {
  document.addEventListener('htmx:sseOpen', () => listener(() => true));
  document.addEventListener('htmx:sseMessage', () => {
    const now = performance.now();
    listener((unansweredAt) => now - unansweredAt > PROOF_AFTER_MS);
  });
}

/** Shows in the taskbar that it may be out of date while the stream is not open. */
export function watchConnection(): void {
  let timer = setTimeout(showLost, SHOWN_AFTER_MS);
  document.addEventListener('htmx:sseError', () => {
    clearTimeout(timer);
    timer = setTimeout(showLost, SHOWN_AFTER_MS);
  });
  document.addEventListener('htmx:sseOpen', () => {
    clearTimeout(timer);
    hideLost();
  });
}

function showLost(): void {
  const taskbar = document.getElementById('taskbar');
  if (!taskbar || taskbar.dataset.connection === 'lost') return;
  taskbar.dataset.connection = 'lost';
  const note = document.createElement('span');
  note.id = 'connection-note';
  note.role = 'status';
  taskbar.querySelector('.taskbar-head')?.append(note);
  setTimeout(() => {
    note.textContent = 'Reconnecting…';
  }, REGION_NOTICED_MS);
}

function hideLost(): void {
  delete document.getElementById('taskbar')?.dataset.connection;
  document.getElementById('connection-note')?.remove();
}
