const A_YEAR_IN_SECONDS = 31_536_000;

/** Kept in a cookie, so that the server renders the next page as it was left and nothing flashes. */
export function remember(name: 'theme' | 'taskbar', value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing outside secure contexts
  document.cookie = `${name}=${value}; path=/; max-age=${A_YEAR_IN_SECONDS}; samesite=lax`;
}
