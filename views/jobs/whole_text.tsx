import { escapeHtml } from '@kitajs/html';
import { cutTelling } from '../../src/text/cut.ts';

/** What is longer is folded, in UTF-16 code units: it would push all else out of sight. */
const MAX_OPEN = 2_000;

/**
 * A text on the page that has all of it. A long one is folded behind its beginning, and a browser
 * lays out what is folded only when it is opened.
 */
export function WholeText({ text }: { text: string }): JSX.Element {
  if (text.length <= MAX_OPEN) return escapeHtml(text);
  return (
    <details class="whole-text">
      <summary>
        <span safe>{cutTelling(text)}</span> <b class="whole-more">Show all</b>
        <b class="whole-less">Show less</b>
      </summary>
      <div tabindex="0" safe>
        {text}
      </div>
    </details>
  );
}
