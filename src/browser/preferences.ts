const A_YEAR_IN_SECONDS = 31_536_000;

type Preference = 'theme' | 'taskbar' | 'notifications' | 'shortcuts';

/** Stores it in a cookie, so that the server renders the next page with it and nothing flashes. */
export function remember(name: Preference, value: string): void {
  const path = document.documentElement.dataset.basePath ?? '/';
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing outside secure contexts
  document.cookie = `${name}=${value}; path=${path}; max-age=${A_YEAR_IN_SECONDS}; samesite=lax`;
}

/** The value that was stored last, by any tab. */
export function remembered(name: Preference): string | undefined {
  const entry = document.cookie.split('; ').find((cookie) => cookie.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

/** The theme button switches to the next theme. */
export function watchTheme(): void {
  const root = document.documentElement;
  const button = document.getElementById('theme-switch');
  button?.addEventListener('click', () => {
    const theme = themeAfter(root.dataset.theme);
    root.dataset.theme = theme;
    button.title = `Theme: ${theme}`;
    button.setAttribute('aria-label', button.title);
    remember('theme', theme);
  });
}

/** auto → light → dark → auto; anything else counts as auto. */
export function themeAfter(theme: string | undefined): Theme {
  const index = Math.max(0, THEMES.indexOf(theme as Theme));
  return THEMES[(index + 1) % THEMES.length] as Theme;
}
