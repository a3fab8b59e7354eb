import { remember } from './preferences.ts';

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

/** A press on the switch takes the next theme. */
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
  const place = Math.max(0, THEMES.indexOf(theme as Theme));
  return THEMES[(place + 1) % THEMES.length] as Theme;
}
