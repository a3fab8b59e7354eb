import { OPERATION_TYPES, wordsOf } from '../../src/operations/words.ts';
import { urlTo } from '../../src/text/urls.ts';
import { Icon } from '../icons.tsx';
import type { Layout } from '../view_models.ts';

/** The pages in the order of the navigation. Their places are also their keys, from 1 to 9. */
export const PAGES: readonly (readonly [path: `/${string}`, name: string])[] = [
  ['/', 'Dashboard'],
  ...OPERATION_TYPES.map((type) => [`/${type}` as const, wordsOf(type).name] as const),
  ['/posts', 'Posts'],
  ['/profiles', 'Profiles'],
  ['/jobs', 'Jobs'],
];

interface NavigationProps {
  current: string;
  theme: Layout['theme'];
  source: string | undefined;
  signedIn: boolean | undefined;
}

/** The line on top of every page; it scrolls sideways where it does not fit. */
export function Navigation({ current, theme, source, signedIn }: NavigationProps): JSX.Element {
  return (
    <header class="top">
      <a class="brand" href={urlTo('/')}>
        xgpt
      </a>
      <nav aria-label="Main">
        <ul>
          {PAGES.map(([path, name]) => (
            <li>
              <a href={urlTo(path)} aria-current={path === current ? 'page' : undefined} safe>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {source !== undefined && (
        <span class="badge" title="Source in use" safe>
          {source}
        </span>
      )}
      <ThemeSwitch theme={theme} />
      <HelpButton />
      {signedIn && <SignOut />}
    </header>
  );
}

function SignOut(): JSX.Element {
  return (
    <form class="sign-out" method="post" action={urlTo('/logout')}>
      <button type="submit" class="quiet">
        Sign out
      </button>
    </form>
  );
}

function ThemeSwitch({ theme }: { theme: Layout['theme'] }): JSX.Element {
  return (
    <button
      id="theme-switch"
      type="button"
      class="quiet needs-script"
      aria-label={`Theme: ${theme}`}
      title={`Theme: ${theme}`}
    >
      <Icon name="theme-auto" />
      <Icon name="theme-light" />
      <Icon name="theme-dark" />
    </button>
  );
}

function HelpButton(): JSX.Element {
  return (
    <button
      id="help-open"
      type="button"
      class="quiet needs-script"
      aria-label="Keys and settings"
      title="Keys and settings (?)"
    >
      ?
    </button>
  );
}
