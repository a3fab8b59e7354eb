import { escapeHtml } from '@kitajs/html';
import { cutWithLength } from '../../src/text/cut.ts';

/** Longer texts are collapsed, in UTF-16 code units. */
const MAX_OPEN = 2_000;

/**
 * A text in full. A long one is collapsed to its beginning; the browser lays out the rest only when
 * it is opened.
 */
export function WholeText({ text }: { text: string }): JSX.Element {
  if (text.length <= MAX_OPEN) return escapeHtml(text);
  return (
    <details class="whole-text">
      <summary>
        <span safe>{cutWithLength(text)}</span> <b class="whole-more">Show all</b>
        <b class="whole-less">Show less</b>
      </summary>
      <div tabindex="0" safe>
        {text}
      </div>
    </details>
  );
}
