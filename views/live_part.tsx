import type { Children } from '@kitajs/html';

interface LivePartProps {
  /** Unique in its page; the part is found by it in the refreshed one. */
  id: string;
  /** Where the page is read again; absent: the address the reader is at, whatever its query. */
  href?: string;
  /** Something in it is at work, so it is also read every second: progress alone is no change. */
  busy?: boolean;
  /** Whether it follows at all: a list that someone reads must not move under the eyes. */
  follow?: boolean;
  /** Id of another element that the same reading brings up to date. */
  also?: string;
  class?: string;
  children: Children;
}

/** A part of a page that follows the jobs: read again and morphed when they change. */
export function LivePart(props: LivePartProps): JSX.Element {
  const { id, class: className, follow = true, children } = props;
  return (
    <section id={id} class={className} {...(follow ? following(props) : {})}>
      {children}
    </section>
  );
}

/**
 * `hx-disinherit` keeps the part's own target and selection off the forms inside. When the page
 * cannot be read, its error takes the part's place rather than nothing.
 */
function following({ id, href = '', busy = false, also }: LivePartProps) {
  return {
    'hx-get': href,
    'hx-select': `#${id}, .result.error`,
    'hx-select-oob': also === undefined ? undefined : `#${also}:morph`,
    'hx-swap': 'morph:outerHTML',
    'hx-trigger': busy ? 'jobs-changed from:body, every 1s' : 'jobs-changed from:body',
    'hx-disinherit': '*',
  };
}
