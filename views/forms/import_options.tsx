import { ruleOfNumber } from './field.tsx';

/**
 * What an import may read besides an author's own posts, and how much. The labels have no ids: a page has
 * these fields several times.
 */
export function ImportOptions(): JSX.Element {
  return (
    <div class="import-options">
      <label>
        <input type="checkbox" name="includeReplies" value="true" /> Include replies
      </label>
      <label>
        <input type="checkbox" name="includeRetweets" value="true" /> Include reposts
      </label>
      <label>
        Maximum posts{' '}
        <input
          {...ruleOfNumber({ min: 1, max: 10_000, orAll: true })}
          name="maxTweets"
          placeholder="all"
        />
      </label>
      <label>
        Handle, for a Bluesky export{' '}
        <input
          type="text"
          name="username"
          placeholder="ada.bsky.social"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
        />
      </label>
    </div>
  );
}
