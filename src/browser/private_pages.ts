let isSigningOut = false;

/**
 * A page that needs a sign-in is loaded again when the back/forward cache restores it, because the
 * sign-in may have ended since. It is hidden before, so that it is never seen in between.
 */
export function reloadPrivatePages(): void {
  const signOut = document.querySelector('.sign-out');
  if (!signOut) return;
  signOut.addEventListener('submit', () => {
    isSigningOut = true;
  });
  const root = document.documentElement;
  window.addEventListener('pagehide', ({ persisted }) => {
    root.hidden = persisted;
  });
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}

/**
 * Hides the page when its sign-in has ended. The server answers its address with the sign-in page.
 * A page that is signing out goes there already: to load it again would cancel that.
 */
export function leavePage(): void {
  if (isSigningOut) return;
  document.documentElement.hidden = true;
  location.reload();
}
