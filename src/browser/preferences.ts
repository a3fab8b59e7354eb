const A_YEAR_IN_SECONDS = 31_536_000;

type Preference = 'theme' | 'taskbar' | 'notifications' | 'shortcuts';

/** Kept in a cookie, so that the server renders the next page as it was left and nothing flashes. */
export function remember(name: Preference, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing outside secure contexts
  document.cookie = `${name}=${value}; path=/; max-age=${A_YEAR_IN_SECONDS}; samesite=lax`;
}

/** What was kept last, by any tab. */
export function remembered(name: Preference): string | undefined {
  const entry = document.cookie.split('; ').find((cookie) => cookie.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}
