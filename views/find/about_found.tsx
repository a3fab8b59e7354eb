import type { Found } from '../../src/operations/find/found.ts';
import { understoodText, unrankedText } from '../../src/text/found_text.ts';
import { isolated } from '../../src/text/isolated.ts';
import { SearchNotes } from '../posts/search_notes.tsx';

/** How a query was understood, and what limits its answer, above the posts of a fragment. */
export function AboutFound({ found }: { found: Found }): JSX.Element {
  const { didYouMean, notes = [] } = found;
  const suggestion = didYouMean === undefined ? [] : [`Did you mean: ${isolated(didYouMean)}`];
  const end = found.unranked === undefined ? [] : [unrankedText(found)];
  return (
    <>
      <p class="total" safe>
        {understoodText(found)}
      </p>
      <SearchNotes notes={[...suggestion, ...notes, ...end]} />
    </>
  );
}
