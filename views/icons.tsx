import type { Children } from '@kitajs/html';

/**
 * Every icon there is, once a page and invisible; `<use>` draws from it. Inline, because a sprite
 * of its own would arrive after the first paint.
 */
export function IconSprite(): JSX.Element {
  return (
    <svg class="icon-sprite" aria-hidden="true">
      <StatusSymbols />
      <TypeSymbols />
      <ControlSymbols />
    </svg>
  );
}

/** Decorative: what it means is said beside it. `name` is a symbol of the sprite. */
export function Icon({ name }: { name: string }): JSX.Element {
  return (
    <svg class="icon" aria-hidden="true">
      <use href={`#icon-${name}`} />
    </svg>
  );
}

/** The symbol for a type of job; types added later share one. */
export function TypeIcon({ type }: { type: string }): JSX.Element {
  switch (type) {
    case 'scrape':
    case 'search':
    case 'discover':
    case 'embed':
      return <Icon name={type} />;
    default:
      return <Icon name="job" />;
  }
}

function Drawing({ name, children }: { name: string; children: Children }): JSX.Element {
  return (
    <symbol id={`icon-${name}`} viewBox="0 0 16 16">
      <g stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">
        {children}
      </g>
    </symbol>
  );
}

/** Told apart by shape alone: ring, two halves, arrow, disc, triangle, barred ring. */
function StatusSymbols(): JSX.Element {
  return (
    <>
      <Drawing name="queued">
        <circle cx="8" cy="8" r="5.75" />
      </Drawing>
      <Drawing name="running">
        <circle cx="8" cy="8" r="5.75" />
        <path d="M8 2.25a5.75 5.75 0 0 0 0 11.5z" fill="currentColor" stroke="none" />
      </Drawing>
      <Drawing name="retrying">
        <path d="M13.25 6.5a5.5 5.5 0 1 0 .1 2.75M13.5 2.75V6.5H9.75" />
      </Drawing>
      <Drawing name="cancelling">
        <circle cx="8" cy="8" r="5.75" />
        <path d="M8 2.25a5.75 5.75 0 0 1 0 11.5z" fill="currentColor" stroke="none" />
      </Drawing>
      <Drawing name="completed">
        <circle cx="8" cy="8" r="6.5" fill="currentColor" stroke="none" />
        <path d="m5.25 8.25 2 2 3.5-4.25" stroke="var(--surface)" />
      </Drawing>
      <Drawing name="failed">
        <path d="M8 2.25 14.5 13.5h-13z" fill="currentColor" />
        <path d="M8 6.25v3.25M8 11.75v.01" stroke="var(--surface)" />
      </Drawing>
      <Drawing name="cancelled">
        <circle cx="8" cy="8" r="5.75" />
        <path d="m4 12 8-8" />
      </Drawing>
    </>
  );
}

function TypeSymbols(): JSX.Element {
  return (
    <>
      <Drawing name="scrape">
        <path d="M2.75 3.5h10.5M2.75 6.75h6M8 9.5v4.25M5.75 11.75 8 14l2.25-2.25" />
      </Drawing>
      <Drawing name="search">
        <circle cx="7" cy="7" r="4.25" />
        <path d="m10.25 10.25 3.5 3.5" />
      </Drawing>
      <Drawing name="discover">
        <circle cx="8" cy="5.25" r="2.75" />
        <path d="M2.75 13.75a5.25 5.25 0 0 1 10.5 0" />
      </Drawing>
      <Drawing name="embed">
        <path d="M4 12V4M4 12h8M4 12l6.5-6.5M7.75 5.25h3v3" />
      </Drawing>
      <Drawing name="job">
        <rect x="3" y="3" width="10" height="10" rx="2" />
      </Drawing>
    </>
  );
}

function ControlSymbols(): JSX.Element {
  return (
    <>
      <Drawing name="chevron">
        <path d="m4 6 4 4 4-4" />
      </Drawing>
      <Drawing name="theme-auto">
        <rect x="2" y="3" width="12" height="8" rx="1.25" />
        <path d="M5.5 13.5h5" />
      </Drawing>
      <Drawing name="theme-light">
        <circle cx="8" cy="8" r="2.75" />
        <path d="M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
      </Drawing>
      <Drawing name="theme-dark">
        <path d="M13.5 9.5A5.75 5.75 0 0 1 6.5 2.5a5.75 5.75 0 1 0 7 7z" />
      </Drawing>
    </>
  );
}
