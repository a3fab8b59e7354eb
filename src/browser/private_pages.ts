/**
 * A page that needs a sign-in is loaded again when the back/forward cache restores it, because the
 * sign-in may have ended since. It is hidden before, so that it is never seen in between.
 */
export function reloadPrivatePages(): void {
  if (!document.querySelector('.sign-out')) return;
  const root = document.documentElement;
  window.addEventListener('pagehide', ({ persisted }) => {
    if (persisted) root.hidden = true;
  });
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}

/** Hides the page when its sign-in has ended. The server answers its address with the sign-in page. */
export function leavePage(): void {
  document.documentElement.hidden = true;
  location.reload();
}
