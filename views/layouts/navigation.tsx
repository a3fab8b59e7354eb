import { COLLECT_ENTRIES, type CollectEntry } from '../../src/operations/words.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { Icon } from '../icons.tsx';
import type { Layout } from '../view_models.ts';

interface MainPage {
  path: `/${string}`;
  name: string;
}

const DASHBOARD: MainPage = { path: '/', name: 'Dashboard' };

const MAIN_PAGES: readonly MainPage[] = [
  { path: '/find', name: 'Find' },
  { path: '/profiles', name: 'People' },
  { path: '/jobs', name: 'Jobs' },
];

const SOURCES: MainPage = { path: '/sources', name: 'Where posts come from' };

/** The longest search, in UTF-16 code units. */
const MAX_WORDS = 500;

/** The pages that have a key, from 1 on. The forms come last: a new type does not move the others. */
export const KEYED_PAGES = [DASHBOARD, ...MAIN_PAGES, ...COLLECT_ENTRIES].slice(0, 9);

interface NavigationProps extends Pick<Layout, 'theme' | 'signedIn' | 'isReadOnly'> {
  current: string;
  /** What the page has found, for the box. */
  query?: string;
}

/** The line on top of every page; on a phone the box to find posts has a line of its own. */
export function Navigation({
  current,
  theme,
  signedIn,
  isReadOnly,
  query,
}: NavigationProps): JSX.Element {
  return (
    <header class="top">
      <nav aria-label="Main">
        <PageLink page={DASHBOARD} current={current} class="brand" label="xgpt" />
        <CollectMenu current={current} />
        {MAIN_PAGES.map((page) => (
          <PageLink page={page} current={current} />
        ))}
      </nav>
      {isReadOnly && <ReadOnly />}
      <FindBox query={query} />
      <PageLink page={SOURCES} current={current} class="top-link" label="Sources" />
      <div class="top-actions">
        <ThemeSwitch theme={theme} />
        <HelpButton />
        {signedIn && <SignOut />}
      </div>
    </header>
  );
}

interface PageLinkProps {
  page: MainPage;
  current: string;
  class?: string;
  /** Default: the name of the page. */
  label?: string;
}

function PageLink({ page, current, class: className, label }: PageLinkProps): JSX.Element {
  return (
    <a
      class={className}
      href={urlTo(page.path)}
      title={label === undefined ? undefined : page.name}
      data-key={keyOf(page)}
      aria-current={page.path === current ? 'page' : undefined}
      safe
    >
      {label ?? page.name}
    </a>
  );
}

function keyOf(page: MainPage): string | undefined {
  const place = KEYED_PAGES.findIndex(({ path }) => path === page.path);
  return place < 0 ? undefined : String(place + 1);
}

/** The forms that start jobs, as the folders of the operations name them. Works without script. */
function CollectMenu({ current }: { current: string }): JSX.Element {
  return (
    <details class="menu" data-changes="remove">
      <summary>Collect</summary>
      <ul>
        {COLLECT_ENTRIES.map((entry) => (
          <li>
            <CollectLink entry={entry} current={current} />
          </li>
        ))}
        <li>
          <a
            href={urlTo('/schedules')}
            aria-current={current === '/schedules' ? 'page' : undefined}
          >
            <b>Schedules</b> <span>What starts by itself</span>
          </a>
        </li>
      </ul>
    </details>
  );
}

function CollectLink({ entry, current }: { entry: CollectEntry; current: string }): JSX.Element {
  return (
    <a
      href={attributeText(urlTo(entry.path))}
      data-key={keyOf(entry)}
      aria-current={entry.path === current ? 'page' : undefined}
    >
      <b safe>{entry.name}</b> <span safe>{entry.does}</span>
    </a>
  );
}

/** The entry of a form: its own when its fields have the values of one, otherwise the type's first. */
export function collectPath(type: string, values: Record<string, string>): string {
  const ofType = COLLECT_ENTRIES.filter((entry) => entry.type === type);
  const exact = ofType.find(({ query }) => {
    const fields = Object.entries(query);
    return fields.length > 0 && fields.every(([name, value]) => values[name] === value);
  });
  return (exact ?? ofType[0])?.path ?? `/${type}`;
}

function FindBox({ query }: { query: string | undefined }): JSX.Element {
  return (
    <search class="find-box" aria-label="Find">
      <form method="get" action={urlTo('/find')}>
        <input
          type="search"
          id="find-box"
          name="q"
          value={query ? attributeText(query) : undefined}
          aria-label="Find posts"
          placeholder="Find posts"
          maxlength={MAX_WORDS}
          autocomplete="off"
          aria-keyshortcuts="/"
        />
      </form>
    </search>
  );
}

function ReadOnly(): JSX.Element {
  return (
    <span class="read-only" title="This sign-in sees everything and changes nothing.">
      Read only
    </span>
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
