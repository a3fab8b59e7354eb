import type { Children } from '@kitajs/html';
import { attributeText } from './forms/field.tsx';

interface LivePartProps {
  /** Unique in its page; selects the part in the refreshed page. */
  id: string;
  /** The page to refresh from; default: the current URL with its query. */
  href?: string;
  /** It shows running jobs, so it also refreshes every second: progress does not count as a change. */
  busy?: boolean;
  /** It shows what changes without a job, so it also refreshes this often, in seconds. */
  everySeconds?: number;
  /** Whether it refreshes at all: a list must not move while it is read. */
  follow?: boolean;
  /** Id of another element to update from the same response. */
  also?: string;
  class?: string;
  children: Children;
}

/** A part of a page that refreshes when jobs change: loaded again and morphed. */
export function LivePart(props: LivePartProps): JSX.Element {
  const { id, class: className, follow = true, children } = props;
  return (
    <section id={id} class={className} {...(follow ? following(props) : {})}>
      {children}
    </section>
  );
}

/**
 * `hx-disinherit` keeps the forms inside from inheriting the part's target and selection. If the
 * refresh fails, the error is shown in the part, which is refreshed again, or in its place when it is gone for good.
 * So a page with a live part has no `.result.error` of its own: `.standing-problem` looks the same.
 */
function following({ id, href = '', busy = false, also, everySeconds }: LivePartProps) {
  const seconds = busy ? 1 : everySeconds;
  return {
    'hx-get': href,
    'hx-select': `#${id}, .result.error`,
    'hx-select-oob': also === undefined ? undefined : `#${attributeText(also)}:morph`,
    'hx-swap': 'morph:outerHTML',
    'hx-trigger': `jobs-changed from:body${seconds === undefined ? '' : `, every ${seconds}s`}`,
    'hx-disinherit': '*',
  };
}
